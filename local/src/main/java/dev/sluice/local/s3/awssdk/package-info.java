/// The store as s3proxy sees it. s3proxy tells from the name of a store's class what the store can
/// do: only one in a package `awssdk` is trusted with conditional writes, which ours does
/// atomically.
@NullMarked
package dev.sluice.local.s3.awssdk;

import org.jspecify.annotations.NullMarked;

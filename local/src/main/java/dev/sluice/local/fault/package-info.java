/** A relay that makes the way to a server ill: slow, cut, silent, or stopped at a chosen byte. */
@NullMarked
package dev.sluice.local.fault;

import org.jspecify.annotations.NullMarked;

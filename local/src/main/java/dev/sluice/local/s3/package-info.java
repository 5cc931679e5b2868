@NullMarked
package dev.sluice.local.s3;

import org.jspecify.annotations.NullMarked;

/** Failure: what becomes of a chunk or an event that was given up on its way. */
@NullMarked
package dev.sluice.failure;

import org.jspecify.annotations.NullMarked;

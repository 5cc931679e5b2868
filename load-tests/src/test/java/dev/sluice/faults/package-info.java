/** Faults: the real stack, made ill at every step, and checked against what it promises. */
@NullMarked
package dev.sluice.faults;

import org.jspecify.annotations.NullMarked;

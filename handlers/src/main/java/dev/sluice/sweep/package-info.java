/** Sweep: finds what was lost on the way and sends it on again. */
@NullMarked
package dev.sluice.sweep;

import org.jspecify.annotations.NullMarked;

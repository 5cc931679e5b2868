/** Waiting for other processes. */
@NullMarked
package dev.sluice.looks;

import org.jspecify.annotations.NullMarked;

/// From bytes to rows: what a file is, where its records end, and whether each one is good.
@NullMarked
package dev.sluice.rows;

import org.jspecify.annotations.NullMarked;

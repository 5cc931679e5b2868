/** Small files: how soon one is in its table, and how many a second. */
@NullMarked
package dev.sluice.small;

import org.jspecify.annotations.NullMarked;

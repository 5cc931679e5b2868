/** Load: one chunk, one transaction. */
@NullMarked
package dev.sluice.load;

import org.jspecify.annotations.NullMarked;

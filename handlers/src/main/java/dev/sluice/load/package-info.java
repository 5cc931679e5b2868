/** Load: the chunks that messages name. */
@NullMarked
package dev.sluice.load;

import org.jspecify.annotations.NullMarked;

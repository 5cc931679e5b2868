/** The loading of one chunk: lease, one transaction, and what follows from how it ended. */
@NullMarked
package dev.sluice.chunk;

import org.jspecify.annotations.NullMarked;

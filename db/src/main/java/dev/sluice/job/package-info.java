/** The words of the field: job, drop, chunk, reject, books. Records that check themselves. */
@NullMarked
package dev.sluice.job;

import org.jspecify.annotations.NullMarked;

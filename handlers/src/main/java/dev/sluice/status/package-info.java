/** Status: jobs, rejects and datasets over REST. */
@NullMarked
package dev.sluice.status;

import org.jspecify.annotations.NullMarked;

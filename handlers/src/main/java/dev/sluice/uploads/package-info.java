/** Uploads: presigned uploads, cancelled and retried jobs over REST. */
@NullMarked
package dev.sluice.uploads;

import org.jspecify.annotations.NullMarked;

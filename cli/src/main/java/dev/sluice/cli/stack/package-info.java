/// A running stack as its clients see it: endpoints, REST, S3, the Lambda API, the database.
@NullMarked
package dev.sluice.cli.stack;

import org.jspecify.annotations.NullMarked;

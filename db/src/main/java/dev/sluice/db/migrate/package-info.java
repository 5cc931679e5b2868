/**
 * What changes tables: the migrations and `dataset apply`. On the database endpoint, never through
 * the proxy.
 */
@NullMarked
package dev.sluice.db.migrate;

import org.jspecify.annotations.NullMarked;

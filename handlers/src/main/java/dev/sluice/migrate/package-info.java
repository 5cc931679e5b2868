/** Migrate: the ledger's version and the datasets' tables, at deploy. */
@NullMarked
package dev.sluice.migrate;

import org.jspecify.annotations.NullMarked;

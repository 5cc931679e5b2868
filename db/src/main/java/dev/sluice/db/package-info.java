/** One JDBC connection per execution environment, and all SQL about the ledger. */
@NullMarked
package dev.sluice.db;

import org.jspecify.annotations.NullMarked;

/** The protocol as pure code: a model of the ledger, the functions as step machines, seeds. */
@NullMarked
package dev.sluice.simulation;

import org.jspecify.annotations.NullMarked;

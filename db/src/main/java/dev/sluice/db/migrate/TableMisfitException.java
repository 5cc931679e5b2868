package dev.sluice.db.migrate;

/// A table that cannot serve a dataset; the message says which column or constraint is in the way.
public final class TableMisfitException extends Exception {
    private static final long serialVersionUID = 1;

    TableMisfitException(String message) {
        super(message);
    }
}

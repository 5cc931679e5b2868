package dev.sluice.db;

import java.sql.SQLException;

/// The commit was sent and the connection died before the answer: it may or may not have happened.
/// Whoever catches this asks the ledger on a new connection and never guesses.
public final class CommitUnknownException extends SQLException {
    private static final long serialVersionUID = 1;

    CommitUnknownException(SQLException cause) {
        super("the answer to a commit was lost", cause.getSQLState(), cause);
    }
}

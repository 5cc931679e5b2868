package dev.sluice.db;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// What an SQLSTATE means for what we do next.
public final class SqlState {
    private SqlState() {}

    /// The connection is gone or the server is on its way down: open another one.
    public static boolean isConnectionLost(SQLException e) {
        var state = state(e);
        return state.startsWith("08") || state.startsWith("57P");
    }

    /// The database refuses the row itself, however often it is sent: a value, a constraint, a
    /// trigger's own RAISE, a value too large for an index.
    public static boolean isRowRefused(SQLException e) {
        var state = state(e);
        return state.startsWith("22")
                || state.startsWith("23")
                || state.equals("P0001")
                || state.equals("54000");
    }

    /// The table, a column of it or the right to it is missing: `dataset apply` was not run.
    public static boolean isTableMissing(SQLException e) {
        return switch (state(e)) {
            case "42P01", "42P10", "42703", "42501", "42804", "42883", "3F000" -> true;
            default -> false;
        };
    }

    /// Another transaction stood in the way, by a deadlock or a lock: the same again may do.
    public static boolean isContention(SQLException e) {
        return switch (state(e)) {
            case "40P01", "40001", "55P03" -> true;
            default -> false;
        };
    }

    /// The server ended the statement, by its role's time limit or because somebody asked it to.
    public static boolean isCancelled(SQLException e) {
        return state(e).equals("57014");
    }

    public static boolean isUniqueViolation(SQLException e) {
        return state(e).equals("23505");
    }

    private static String state(SQLException e) {
        @Nullable String state = e.getSQLState();
        return state == null ? "" : state;
    }
}

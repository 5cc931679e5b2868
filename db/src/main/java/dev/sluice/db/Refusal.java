package dev.sluice.db;

import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/// What the server says about a row that it refused.
///
/// @param copyLine the row's number within the COPY, from 1; empty when the server does not say
public record Refusal(
        String sqlState,
        String message,
        @Nullable String constraint,
        @Nullable String column,
        OptionalInt copyLine) {
    private static final Pattern COPY_LINE =
            Pattern.compile("^COPY .*, line (\\d{1,9})", Pattern.MULTILINE);

    /// Reads it out of the driver's exception.
    public static Refusal of(SQLException e) {
        var state = String.valueOf(e.getSQLState());
        var server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        if (server == null) {
            return new Refusal(
                    state, String.valueOf(e.getMessage()), null, null, OptionalInt.empty());
        }
        return new Refusal(
                state,
                String.valueOf(server.getMessage()),
                server.getConstraint(),
                server.getColumn(),
                copyLine(server.getWhere()));
    }

    private static OptionalInt copyLine(@Nullable String where) {
        var matcher = COPY_LINE.matcher(where == null ? "" : where);
        return matcher.find()
                ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
                : OptionalInt.empty();
    }
}

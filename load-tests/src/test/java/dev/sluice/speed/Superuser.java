package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/// What only the superuser may, whom the embedded server takes as `postgres` from this machine.
final class Superuser {
    private Superuser() {}

    /// So that nobody pays for the dirty pages of the one before.
    static void checkpoint(Database database) throws SQLException {
        try (var superuser = connect(database);
                var statement = superuser.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /// Waits for every answer as long as it takes.
    static Connection connect(Database database) throws SQLException {
        try (var owner = database.connect()) {
            return DriverManager.getConnection(owner.getMetaData().getURL(), "postgres", "");
        }
    }
}

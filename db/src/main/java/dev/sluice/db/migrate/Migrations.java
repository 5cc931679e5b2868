package dev.sluice.db.migrate;

import dev.sluice.db.DatabaseSettings;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;

/// Brings the ledger to the version of this image. The only user of Flyway.
public final class Migrations {
    private Migrations() {}

    /// Applies what is missing and returns the version the ledger stands at.
    public static String apply(DatabaseSettings settings) throws SQLException {
        var flyway =
                Flyway.configure()
                        .dataSource(settings.dataSource())
                        .defaultSchema("sluice")
                        .createSchemas(true)
                        .locations("classpath:db/migration")
                        .loggers("slf4j")
                        .load();
        flyway.migrate();
        var current = flyway.info().current();
        return current == null ? "none" : String.valueOf(current.getVersion());
    }
}

package dev.sluice.db.migrate;

import dev.sluice.db.DatabaseSettings;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

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
        // What is repeated has no version.
        return Stream.of(flyway.info().applied())
                .filter(it -> it.getVersion() != null)
                .max(Comparator.comparing(MigrationInfo::getVersion))
                .map(it -> it.getVersion().toString())
                .orElse("none");
    }
}

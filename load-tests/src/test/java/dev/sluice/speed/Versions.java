package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import org.postgresql.util.DriverInfo;

/// The versions of what is compared.
final class Versions {
    private Versions() {}

    static String text(Database database) throws Exception {
        var versions = new ArrayList<String>();
        versions.add("PostgreSQL " + server(database));
        versions.add("its JDBC driver " + DriverInfo.DRIVER_VERSION);
        for (var program : new String[] {"psql", "pgloader"}) {
            if (Tool.isHere(program)) {
                versions.add(Tool.version(program));
            }
        }
        versions.add("Spring Batch " + SpringBatch.version());
        return String.join(", ", versions) + ".";
    }

    static String server(Database database) throws SQLException {
        try (var connection = database.connect()) {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }
}

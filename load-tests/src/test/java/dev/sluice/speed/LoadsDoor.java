package dev.sluice.speed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;

/// Load's way to the database, by what functions of its database user were told when they started:
/// through the proxy.
record LoadsDoor(Map<String, String> environment) {
    /// Of one that runs now; Intake signs in as Load does.
    static LoadsDoor find() {
        return FunctionProcess.all().stream()
                .filter(process -> "sluice_loader".equals(process.environment().get("DB_USER")))
                .findFirst()
                .map(process -> new LoadsDoor(process.environment()))
                .orElseThrow(() -> new IllegalStateException("no function of the loader runs"));
    }

    Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", environment.getOrDefault("DB_USER", ""));
        // as the functions do: nothing that would pin the session
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%s/%s"
                        .formatted(
                                environment.get("DB_HOST"),
                                environment.get("DB_PORT"),
                                environment.get("DB_NAME")),
                properties);
    }
}

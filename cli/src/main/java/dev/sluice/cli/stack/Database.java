package dev.sluice.cli.stack;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/// The stack's database by its libpq URI: the form that psql takes and JDBC does not.
public final class Database {
    private final String url;
    private final Properties properties = new Properties();

    private Database(URI uri) {
        url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "120");
        properties.setProperty("ApplicationName", "sluice");
        var user = uri.getRawUserInfo();
        if (user == null) return;
        var parts = user.split(":", 2);
        properties.setProperty("user", decoded(parts[0]));
        if (parts.length == 2) properties.setProperty("password", decoded(parts[1]));
    }

    public static Database of(Endpoints endpoints) {
        var uri = endpoints.database();
        if (uri == null) throw new Complaint("The endpoints name no database.");
        return new Database(URI.create(uri));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, properties);
    }

    public long countRows(String table) throws SQLException {
        return number("SELECT count(*) FROM \"" + table.replace("\"", "\"\"") + "\"");
    }

    /// The one number that a query gives.
    public long number(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}

package dev.sluice.db;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.GSSEncMode;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.rds.RdsUtilities;
import software.amazon.awssdk.services.rds.model.GenerateAuthenticationTokenRequest;

/// Where the database is and how to get in; read from the environment in one place.
///
/// @param application what the server shows as application_name
/// @param socketTimeout how long one answer of the server may take before the connection counts as
///   dead
/// @param authority a PEM file of those who may certify the database; without it those that the JVM
///   trusts may
public record DatabaseSettings(
        String host,
        int port,
        String database,
        String user,
        Auth auth,
        @Nullable String password,
        Tls tls,
        String application,
        Duration socketTimeout,
        @Nullable Path authority) {

    /// How the user proves itself: `DB_AUTH`.
    public enum Auth {
        IAM,
        PASSWORD,
        NONE
    }

    /// How much of TLS is asked for: `DB_TLS`.
    public enum Tls {
        VERIFY_FULL("verify-full"),
        DISABLE("disable");

        private final String sslmode;

        Tls(String sslmode) {
            this.sslmode = sslmode;
        }
    }

    public DatabaseSettings {
        if (auth == Auth.PASSWORD && password == null) {
            throw new IllegalArgumentException("DB_AUTH is password but DB_PASSWORD is not set");
        }
        if (auth == Auth.IAM && tls != Tls.VERIFY_FULL) {
            throw new IllegalArgumentException("DB_AUTH iam needs DB_TLS verify-full");
        }
    }

    /// Certified by an authority that the JVM trusts.
    public DatabaseSettings(
            String host,
            int port,
            String database,
            String user,
            Auth auth,
            @Nullable String password,
            Tls tls,
            String application,
            Duration socketTimeout) {
        this(
                host,
                port,
                database,
                user,
                auth,
                password,
                tls,
                application,
                socketTimeout,
                /* authority= */ null);
    }

    /// Reads `DB_HOST DB_PORT DB_NAME DB_USER DB_AUTH DB_TLS DB_TLS_CA DB_PASSWORD`; defaults are
    /// the strict ones.
    public static DatabaseSettings from(Map<String, String> environment, Duration socketTimeout) {
        return new DatabaseSettings(
                required(environment, "DB_HOST"),
                Integer.parseInt(environment.getOrDefault("DB_PORT", "5432")),
                required(environment, "DB_NAME"),
                required(environment, "DB_USER"),
                auth(environment.getOrDefault("DB_AUTH", "iam")),
                environment.get("DB_PASSWORD"),
                tls(environment.getOrDefault("DB_TLS", "verify-full")),
                environment.getOrDefault("AWS_LAMBDA_FUNCTION_NAME", "sluice"),
                socketTimeout,
                authority(environment.getOrDefault("DB_TLS_CA", "")));
    }

    private static @Nullable Path authority(String file) {
        return file.isBlank() ? null : Path.of(file);
    }

    private static Auth auth(String text) {
        return switch (text) {
            case "iam" -> Auth.IAM;
            case "password" -> Auth.PASSWORD;
            case "none" -> Auth.NONE;
            default ->
                    throw new IllegalArgumentException(
                            "DB_AUTH is '%s', not one of iam, password, none".formatted(text));
        };
    }

    private static Tls tls(String text) {
        for (var tls : Tls.values()) {
            if (tls.sslmode.equals(text)) {
                return tls;
            }
        }
        throw new IllegalArgumentException(
                "DB_TLS is '%s', not one of verify-full, disable".formatted(text));
    }

    private static String required(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    /// Opens connections as these settings say; an IAM token is made anew for each.
    ///
    /// The driver's properties are chosen so that none of its statements pins a proxy session
    /// (application_name goes in the start-up packet, no server-side prepared statements) and every
    /// wait ends.
    public DataSource dataSource() throws SQLException {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(user);
        source.setPassword(secret());
        source.setApplicationName(application);
        source.setAssumeMinServerVersion("16");
        source.setPrepareThreshold(0);
        source.setConnectTimeout(5);
        source.setLoginTimeout(10);
        source.setSocketTimeout((int) socketTimeout.toSeconds());
        source.setCancelSignalTimeout(2);
        source.setTcpKeepAlive(true);
        source.setGssEncMode(GSSEncMode.DISABLE.value);
        // Details quote the row; messages go to logs and jobs.
        source.setLogServerErrorDetail(false);
        source.setSslMode(tls.sslmode);
        if (tls == Tls.VERIFY_FULL && authority != null) {
            source.setSslRootCert(authority.toString());
        } else if (tls == Tls.VERIFY_FULL) {
            source.setSslfactory(DefaultJavaSSLFactory.class.getName());
        }
        return source;
    }

    private @Nullable String secret() {
        return switch (auth) {
            case NONE -> null;
            case PASSWORD -> password;
            // Signed here, without a call; good for 15 minutes and asked for only at connect.
            case IAM ->
                    RdsUtilities.builder()
                            .region(DefaultAwsRegionProviderChain.builder().build().getRegion())
                            .credentialsProvider(DefaultCredentialsProvider.builder().build())
                            .build()
                            .generateAuthenticationToken(this::address);
        };
    }

    private void address(GenerateAuthenticationTokenRequest.Builder request) {
        request.hostname(host).port(port).username(user);
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "%s@%s:%d/%s".formatted(user, host, port, database);
    }
}

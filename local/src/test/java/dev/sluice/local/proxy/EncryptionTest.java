package dev.sluice.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.certificate.CertificateAuthority;
import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.postgres.PostgresSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/// The danger: a client that believes it speaks to the proxy and does not, and one that gets in by
/// a token of another time, user or place. The tokens are signed by the SDK's own signer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EncryptionTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final CertificateAuthority authority =
            CertificateAuthority.create("test", Instant.now());
    private Path folder;
    private Postgres postgres;
    private Proxy proxy;
    private Path trusted;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        this.folder = folder;
        trusted = folder.resolve("authority.pem");
        authority.write(trusted);
        postgres =
                Postgres.start(
                        new PostgresSettings(
                                folder.resolve("postgres"),
                                "owner",
                                "things",
                                0,
                                Map.of(),
                                _ -> {}));
        var server = authority.identity(List.of(InetAddress.ofLiteral("127.0.0.2"))).context();
        proxy =
                Proxy.start(
                        settings()
                                .withTls(server, /* required= */ true)
                                .withTokens(new IamTokens("eu-west-1", "key", "secret", now::get)));
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        postgres.close();
    }

    private ProxySettings settings() {
        return new ProxySettings(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), postgres.port()),
                2,
                2,
                LONG,
                LONG,
                _ -> {},
                InstantSource.system());
    }

    @Test
    void letsInWhoSignedForThisUserAtThisPlace() throws Exception {
        try (var client = connect(token("owner", place(), "secret"), trusted);
                var statement = client.createStatement();
                var row = statement.executeQuery("SELECT current_user")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("owner");
        }
    }

    @Test
    void refusesATokenOfAnotherUserPlaceOrKey() {
        for (var token :
                List.of(
                        token("other", place(), "secret"),
                        token("owner", "127.0.0.2:1", "secret"),
                        token("owner", "127.0.0.3:" + proxy.port(), "secret"),
                        token("owner", place(), "another secret"),
                        token("owner", place(), "secret").replace("Expires=900", "Expires=899"),
                        "password")) {
            assertThatThrownBy(() -> connect(token, trusted).close())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            it -> assertThat(it.getSQLState()).isEqualTo("28P01"))
                    .hasMessageContaining("The IAM authentication failed for the role owner");
        }
    }

    @Test
    void refusesATokenAfterFifteenMinutesAndLetsTheSessionThatHadItGoOn() throws Exception {
        var token = token("owner", place(), "secret");
        var signed = now.get();
        try (var client = connect(token, trusted)) {
            now.set(signed.plus(Duration.ofMinutes(14)));
            connect(token, trusted).close();
            now.set(signed.plus(Duration.ofMinutes(15)).plusSeconds(1));

            assertThatThrownBy(() -> connect(token, trusted).close())
                    .hasMessageContaining("IAM authentication failed");

            assertThat(client.isValid(5)).isTrue();
        } finally {
            now.set(signed);
        }
    }

    @Test
    void refusesWhoComesWithoutTls() {
        assertThatThrownBy(() ->
                        connect(token("owner", place(), "secret"), Map.of("sslmode", "disable"))
                                .close())
                .hasMessageContaining("requires TLS");
    }

    @Test
    void isNotBelievedByWhoTrustsAnotherAuthority() throws Exception {
        var other = folder.resolve("other.pem");
        CertificateAuthority.create("test", Instant.now()).write(other);

        assertThatThrownBy(() -> connect(token("owner", place(), "secret"), other).close())
                .hasStackTraceContaining("CertPathValidatorException");
    }

    @Test
    void isNotBelievedUnderAnotherName() throws Exception {
        var elsewhere = authority.identity(List.of(InetAddress.ofLiteral("127.0.0.7"))).context();
        try (var impostor = Proxy.start(settings().withTls(elsewhere, /* required= */ true))) {
            assertThatThrownBy(() -> connect(impostor.port(), "", verified(trusted)).close())
                    .hasMessageContaining("127.0.0.2");
        }
    }

    private String place() {
        return "127.0.0.2:" + proxy.port();
    }

    private String token(String user, String place, String secret) {
        var request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .protocol("https")
                        .host(place.substring(0, place.indexOf(':')))
                        .port(Integer.parseInt(place.substring(place.indexOf(':') + 1)))
                        .encodedPath("/")
                        .putRawQueryParameter("DBUser", user)
                        .putRawQueryParameter("Action", "connect")
                        .build();
        var signed =
                AwsV4HttpSigner.create()
                        .sign(it ->
                                it.identity(AwsBasicCredentials.create("key", secret))
                                        .request(request)
                                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "rds-db")
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                                        .putProperty(
                                                AwsV4HttpSigner.AUTH_LOCATION,
                                                AuthLocation.QUERY_STRING)
                                        .putProperty(
                                                AwsV4HttpSigner.EXPIRATION_DURATION,
                                                Duration.ofMinutes(15))
                                        .putProperty(
                                                HttpSigner.SIGNING_CLOCK,
                                                java.time.Clock.fixed(
                                                        now.get(), java.time.ZoneOffset.UTC)));
        return signed.request().getUri().toString().replaceFirst("^https://", "");
    }

    private Connection connect(String token, Path authority) throws SQLException {
        return connect(token, verified(authority));
    }

    private static Map<String, String> verified(Path authority) {
        return Map.of("sslmode", "verify-full", "sslrootcert", authority.toString());
    }

    private Connection connect(String token, Map<String, String> encryption) throws SQLException {
        return connect(proxy.port(), token, encryption);
    }

    private static Connection connect(int port, String token, Map<String, String> encryption)
            throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "owner");
        properties.setProperty("password", token);
        properties.setProperty("assumeMinServerVersion", "16");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("socketTimeout", "30");
        encryption.forEach(properties::setProperty);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.2:" + port + "/things", properties);
    }
}

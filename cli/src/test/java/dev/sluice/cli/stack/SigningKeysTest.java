package dev.sluice.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is signed here must be verifiable by what is published, also after a restart, and by
/// nothing else.
final class SigningKeysTest {
    @TempDir Path folder;

    @Test
    void signsWhatItsJwksVerifies() throws Exception {
        var now = Instant.parse("2026-11-22T12:00:00Z");
        var keys = SigningKeys.in(folder);
        var token = SignedJWT.parse(keys.token("demo", now, Duration.ofDays(30)));
        var published = JWKSet.load(keys.jwksUrl().toURL());
        var key = published.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();
        assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
        assertThat(token.getJWTClaimsSet().getClaim("tenant")).isEqualTo("demo");
        assertThat(token.getJWTClaimsSet().getExpirationTime())
                .isEqualTo(Date.from(Instant.parse("2026-12-22T12:00:00Z")));
    }

    @Test
    void publishesNothingPrivate() throws Exception {
        var keys = SigningKeys.in(folder);
        assertThat(JWKSet.load(keys.jwksUrl().toURL()).getKeys())
                .hasSize(1)
                .noneMatch(key -> key.isPrivate());
        var mode = Files.getPosixFilePermissions(folder.resolve("private-key.json"));
        assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
    }

    @Test
    void keepsThePairOverRestarts() throws Exception {
        var first = Files.readString(Path.of(SigningKeys.in(folder).jwksUrl()));
        var second = Files.readString(Path.of(SigningKeys.in(folder).jwksUrl()));
        assertThat(second).isEqualTo(first);
    }
}

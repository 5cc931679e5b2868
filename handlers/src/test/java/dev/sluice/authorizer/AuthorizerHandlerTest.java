package dev.sluice.authorizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.lambda.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: somebody let in who should not be, or let in as another tenant.
class AuthorizerHandlerTest {
    private static final String METHOD =
            "arn:aws:execute-api:eu-west-1:000000000000:api1/live/GET/v1/jobs/x";
    private static final RSAKey KEY = key("one");
    private static final RSAKey STRANGER = key("one");

    @TempDir Path folder = Path.of("");

    private AuthorizerHandler authorizer() throws IOException {
        var file = folder.resolve("jwks.json");
        Files.writeString(file, new JWKSet(KEY.toPublicJWK()).toString());
        return new AuthorizerHandler(Tokens.of(file.toUri().toString()));
    }

    @Test
    void letsAGoodTokenInToTheWholeStageAsItsTenant() throws Exception {
        var answer = Json.read(ask("Bearer " + signed(claims().build(), KEY)));

        assertThat(answer.get("context").get("tenant").textOrNull()).isEqualTo("demo");
        assertThat(answer.get("principalId").textOrNull()).isEqualTo("someone");
        var statement = answer.get("policyDocument").get("Statement").elements().getFirst();
        assertThat(statement.get("Effect").textOrNull()).isEqualTo("Allow");
        assertThat(statement.get("Resource").textOrNull())
                .isEqualTo("arn:aws:execute-api:eu-west-1:000000000000:api1/live/*");
    }

    @Test
    void refusesATokenThatIsOver() throws Exception {
        var over = claims().expirationTime(Date.from(Instant.now().minusSeconds(600))).build();
        refuses("Bearer " + signed(over, KEY));
    }

    @Test
    void refusesATokenThatNeverEnds() throws Exception {
        refuses("Bearer " + signed(claims().expirationTime(null).build(), KEY));
    }

    @Test
    void refusesATokenOfAnotherKeyWithTheSameId() throws Exception {
        refuses("Bearer " + signed(claims().build(), STRANGER));
    }

    @Test
    void refusesATokenWithoutASignature() {
        refuses("Bearer " + new PlainJWT(claims().build()).serialize());
    }

    @Test
    void refusesATokenSignedWithThePublicKeyAsASecret() throws Exception {
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(),
                        claims().build());
        token.sign(new MACSigner(KEY.toPublicKey().getEncoded()));
        refuses("Bearer " + token.serialize());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b"})
    void refusesATokenThatNamesNoTenant(String tenant) throws Exception {
        refuses("Bearer " + signed(claims().claim("tenant", tenant).build(), KEY));
    }

    @Test
    void refusesATokenWithoutTheClaim() throws Exception {
        refuses("Bearer " + signed(claims().claim("tenant", null).build(), KEY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer nonsense", "Basic ZGVtbzpkZW1v"})
    void refusesWhatIsNoToken(String header) {
        refuses(header);
    }

    private void refuses(String header) {
        // exactly this message makes API Gateway answer 401
        assertThatThrownBy(() -> ask(header)).hasMessage("Unauthorized");
    }

    private String ask(String header) throws IOException {
        var event =
                Json.object(request ->
                        request.put("type", "TOKEN")
                                .put("authorizationToken", header)
                                .put("methodArn", METHOD));
        var out = new ByteArrayOutputStream();
        authorizer().answer(new ByteArrayInputStream(event.getBytes(UTF_8)), out);
        return out.toString(UTF_8);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("someone")
                .claim("tenant", "demo")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    private static String signed(JWTClaimsSet claims, RSAKey key) throws JOSEException {
        var token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                        claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}

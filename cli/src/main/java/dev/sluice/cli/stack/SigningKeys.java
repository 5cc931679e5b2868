package dev.sluice.cli.stack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/// The key pair that signs the tokens of a data folder: made once, its public half published as a
/// JWKS beside it.
public final class SigningKeys {
    private static final int KEY_BITS = 2048;

    private final RSAKey pair;
    private final Path jwks;

    private SigningKeys(RSAKey pair, Path jwks) {
        this.pair = pair;
        this.jwks = jwks;
    }

    /// The keys in that folder, made where there are none.
    public static SigningKeys in(Path folder) throws IOException {
        var published = Files.createDirectories(folder.resolve("public"));
        var privateKey = folder.resolve("private-key.json");
        var jwks = published.resolve("jwks.json");
        if (!Files.exists(privateKey))
            WholeFiles.writeSecret(privateKey, generate().toJSONString());
        var pair = read(privateKey);
        // Written each time: a crash may have come between the two files.
        WholeFiles.writePublic(jwks, new JWKSet(pair).toPublicJWKSet().toString());
        return new SigningKeys(pair, jwks);
    }

    private static RSAKey read(Path privateKey) throws IOException {
        try {
            return RSAKey.parse(Files.readString(privateKey));
        } catch (ParseException e) {
            throw new Complaint(privateKey + " is not a key; delete it and a new one is made.", e);
        }
    }

    private static RSAKey generate() {
        try {
            return new RSAKeyGenerator(KEY_BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("This JDK makes no RSA keys.", e);
        }
    }

    /// Where nothing secret is.
    public Path publicFolder() {
        return jwks.resolveSibling("");
    }

    /// Where the public half is published.
    public URI jwksUrl() {
        return jwks.toUri();
    }

    /// A bearer token for one tenant.
    public String token(String tenant, Instant now, Duration validity) {
        var header =
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(JOSEObjectType.JWT)
                        .keyID(pair.getKeyID())
                        .build();
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer("sluice")
                        .subject(tenant)
                        .claim("tenant", tenant)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(validity)))
                        .build();
        try {
            var token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(pair));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("The key pair does not sign.", e);
        }
    }
}

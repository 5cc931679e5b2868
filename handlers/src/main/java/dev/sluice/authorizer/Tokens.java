package dev.sluice.authorizer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Set;

/// Checks tokens: RS256 by a key of the JWKS, not expired, with a tenant in them.
final class Tokens {
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /// Who a good token speaks for.
    record Caller(String subject, String tenant) {}

    private Tokens(JWKSource<SecurityContext> keys) {
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
        processor.setJWTClaimsSetVerifier(
                new DefaultJWTClaimsVerifier<>(
                        new JWTClaimsSet.Builder().build(), Set.of("exp", "tenant")));
    }

    /// Takes the keys from a `file:` or `https:` URL; those of the latter are kept and fetched anew
    /// when they change.
    static Tokens of(String jwksUrl) {
        var url = URI.create(jwksUrl);
        try {
            return new Tokens(
                    switch (String.valueOf(url.getScheme())) {
                        case "file" -> new ImmutableJWKSet<>(JWKSet.load(Path.of(url).toFile()));
                        case "https" -> JWKSourceBuilder.create(url.toURL()).retrying(true).build();
                        default ->
                                throw new IllegalStateException(
                                        "JWKS_URL is '%s', not a file: or https: URL"
                                                .formatted(jwksUrl));
                    });
        } catch (MalformedURLException e) {
            throw new IllegalStateException("JWKS_URL is no URL: " + jwksUrl, e);
        } catch (IOException | ParseException e) {
            throw new IllegalStateException("no keys at " + jwksUrl, e);
        }
    }

    Caller check(String token) throws ParseException, BadJOSEException, JOSEException {
        var claims = processor.process(token, null);
        var tenant = claims.getStringClaim("tenant");
        if (tenant == null || tenant.isBlank() || tenant.indexOf('/') >= 0) {
            throw new BadJOSEException("the claim tenant names no tenant");
        }
        var subject = claims.getSubject();
        return new Caller(subject == null ? tenant : subject, tenant);
    }
}

package dev.sluice.local.gateway;

import dev.sluice.local.signing.SignatureV4;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// The check of a request that is signed by AWS Signature Version 4, in its header form.
///
/// There is one access key, whose owner may do everything; the answers to all others are AWS's.
final class Signature {
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final RestApi api;
    private final InstantSource clock;

    Signature(RestApi api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    private record Claim(String accessKeyId, String scope, List<String> headers, String value) {}

    /// Whose signature the request carries.
    ///
    /// @param call with its stage in the path, as it was signed
    Caller check(Call call) throws RefusedException {
        var header = call.header("Authorization").orElse("");
        if (header.isBlank()) {
            throw new RefusedException(ResponseType.MISSING_AUTHENTICATION_TOKEN);
        }
        var claim = claim(header);
        var time = call.header("X-Amz-Date").orElse("");
        if (!claim.accessKeyId().equals(api.accessKeyId())) {
            throw new RefusedException(ResponseType.UNRECOGNIZED_CLIENT);
        }
        checkScope(claim.scope(), time);
        checkTime(time);
        var expected = signature(call, claim, time);
        if (!SignatureV4.same(expected, claim.value())) {
            throw new RefusedException(ResponseType.INVALID_SIGNATURE);
        }
        return Caller.signedBy(claim.accessKeyId());
    }

    private static Claim claim(String header) throws RefusedException {
        var parts = parts(header);
        for (var name : List.of("Credential", "Signature", "SignedHeaders")) {
            if (!parts.containsKey(name)) {
                throw incomplete("Authorization header requires '%s' parameter.".formatted(name));
            }
        }
        var credential = Objects.requireNonNull(parts.get("Credential"));
        int slash = credential.indexOf('/');
        if (slash < 0) {
            throw incomplete("Credential must have exactly 5 slash-delimited elements.");
        }
        return new Claim(
                credential.substring(0, slash),
                credential.substring(slash + 1),
                List.of(Objects.requireNonNull(parts.get("SignedHeaders")).split(";", -1)),
                Objects.requireNonNull(parts.get("Signature")));
    }

    private static Map<String, String> parts(String header) throws RefusedException {
        var parts = new LinkedHashMap<String, String>();
        var rest =
                header.startsWith(SignatureV4.ALGORITHM)
                        ? header.substring(SignatureV4.ALGORITHM.length())
                        : header;
        for (var part : rest.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0 || !header.startsWith(SignatureV4.ALGORITHM)) {
                throw incomplete(
                        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and"
                                + " encoded with Base64): '%s'."
                                        .formatted(
                                                Base64.getEncoder()
                                                        .encodeToString(
                                                                SignatureV4.sha256(
                                                                        header.getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)))));
            }
            parts.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
        }
        return parts;
    }

    private void checkScope(String scope, String time) throws RefusedException {
        var parts = scope.split("/", -1);
        if (parts.length != 4 || !parts[3].equals("aws4_request") || !time.startsWith(parts[0])) {
            throw invalid("Credential should be scoped with a valid terminator and date.");
        }
        if (!parts[1].equals(api.region())) {
            throw invalid("Credential should be scoped to a valid region.");
        }
        if (!parts[2].equals("execute-api")) {
            throw invalid("Credential should be scoped to correct service: 'execute-api'.");
        }
    }

    private void checkTime(String text) throws RefusedException {
        Instant signed;
        try {
            signed = TIME.parse(text, Instant::from);
        } catch (DateTimeException malformed) {
            throw incomplete(
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        }
        var now = clock.instant();
        if (signed.plus(SKEW).isBefore(now)) {
            throw invalid(
                    "Signature expired: %s is now earlier than %s (%s - 5 min.)"
                            .formatted(text, TIME.format(now.minus(SKEW)), TIME.format(now)));
        }
        if (signed.minus(SKEW).isAfter(now)) {
            throw invalid(
                    "Signature not yet current: %s is still later than %s (%s + 5 min.)"
                            .formatted(text, TIME.format(now.plus(SKEW)), TIME.format(now)));
        }
    }

    private String signature(Call call, Claim claim, String time) {
        return SignatureV4.of(api.secretAccessKey(), claim.scope(), time, canonical(call, claim));
    }

    private static String canonical(Call call, Claim claim) {
        var headers = new StringBuilder();
        for (var name : claim.headers()) {
            headers.append(name).append(':').append(value(call, name)).append('\n');
        }
        return String.join(
                "\n",
                call.method(),
                // of a path that is encoded already, every service but S3 signs the encoded form
                encoded(call.path()).replace("%2F", "/"),
                query(call),
                headers,
                String.join(";", claim.headers()),
                SignatureV4.hash(call.body()));
    }

    private static String value(Call call, String name) {
        if (name.equals("content-length")) {
            return Integer.toString(call.body().length);
        }
        var values = new ArrayList<String>();
        for (var value : call.headers().getOrDefault(Call.canonical(name), List.of())) {
            values.add(value.strip().replaceAll(" +", " "));
        }
        return String.join(",", values);
    }

    private static String query(Call call) {
        var pairs = new ArrayList<String>();
        call.query()
                .forEach((name, values) ->
                        values.forEach(value -> pairs.add(encoded(name) + "=" + encoded(value))));
        pairs.sort(null);
        return String.join("&", pairs);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static RefusedException incomplete(String message) {
        return new RefusedException(ResponseType.INCOMPLETE_SIGNATURE, message);
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(ResponseType.INVALID_SIGNATURE, message);
    }
}

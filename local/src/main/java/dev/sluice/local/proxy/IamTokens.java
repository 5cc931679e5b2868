package dev.sluice.local.proxy;

import dev.sluice.local.signing.SignatureV4;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The check of the tokens with which users sign in: requests for `rds-db` at one address,
/// presigned by AWS Signature Version 4, good for 15 minutes.
public record IamTokens(
        String region, String accessKeyId, String secretAccessKey, InstantSource clock) {
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final String SIGNATURE = "X-Amz-Signature";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// Never shows the key.
    @Override
    public String toString() {
        return "tokens of " + accessKeyId;
    }

    /// @param address the proxy's, as the client knows it: `host:port`
    boolean admit(String user, String address, String token) {
        int mark = token.indexOf("/?");
        if (mark < 0 || !token.substring(0, mark).equals(address)) {
            return false;
        }
        var query = token.substring(mark + 2);
        var values = values(query);
        return is(values, "Action", "connect")
                && is(values, "DBUser", user)
                && is(values, "X-Amz-Algorithm", SignatureV4.ALGORITHM)
                && is(values, "X-Amz-SignedHeaders", "host")
                && isOurs(values)
                && isOfNow(values)
                && isSigned(address, query, values);
    }

    private static boolean is(Map<String, String> values, String name, String expected) {
        return expected.equals(values.get(name));
    }

    private static Map<String, String> values(String query) {
        var values = new TreeMap<String, String>();
        for (var pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                values.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private boolean isOurs(Map<String, String> values) {
        var date = values.getOrDefault("X-Amz-Date", "").replaceFirst("T.*", "");
        return is(values, "X-Amz-Credential", accessKeyId + "/" + scope(date));
    }

    private String scope(String date) {
        return date + "/" + region + "/rds-db/aws4_request";
    }

    private boolean isOfNow(Map<String, String> values) {
        try {
            var signed = TIME.parse(values.getOrDefault("X-Amz-Date", ""), Instant::from);
            var life =
                    Duration.ofSeconds(Integer.parseInt(values.getOrDefault("X-Amz-Expires", "")));
            var now = clock.instant();
            return life.compareTo(LIFE) <= 0
                    && now.isBefore(signed.plus(life))
                    && now.isAfter(signed.minus(SKEW));
        } catch (DateTimeException | NumberFormatException _) {
            return false;
        }
    }

    private boolean isSigned(String address, String query, Map<String, String> values) {
        var time = values.getOrDefault("X-Amz-Date", "");
        var date = time.replaceFirst("T.*", "");
        var canonical =
                "GET\n/\n%s\nhost:%s\n\nhost\n%s"
                        .formatted(canonicalQuery(query), address, SignatureV4.hash(new byte[0]));
        var expected = SignatureV4.of(secretAccessKey, scope(date), time, canonical);
        return SignatureV4.same(expected, values.getOrDefault(SIGNATURE, ""));
    }

    // It comes encoded as it was signed.
    private static String canonicalQuery(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> !pair.startsWith(SIGNATURE + "="))
                .sorted()
                .collect(Collectors.joining("&"));
    }
}

package dev.sluice.local.gateway;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One request as the gateway sees it; the path is as it came, without its stage.
@SuppressWarnings("ArrayRecordComponent")
record Call(
        String method,
        String path,
        Map<String, List<String>> headers,
        Map<String, List<String>> query,
        byte[] body,
        String sourceIp,
        String requestId,
        String extendedRequestId,
        String traceId,
        Instant time) {
    private static final int MOST_BODY = 10 << 20;
    private static final int MOST_HEADERS = 10_240;

    /// Reads the whole request, within AWS's limits.
    static Call read(HttpExchange exchange, Ids ids) throws IOException, RefusedException {
        var headers = headers(exchange);
        refuseTooManyHeaders(headers);
        var address = exchange.getRemoteAddress().getAddress().getHostAddress();
        addForwarded(headers, address, exchange.getLocalAddress().getPort(), ids.traceId());
        return new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                headers,
                query(exchange.getRequestURI().getRawQuery()),
                body(exchange),
                address,
                ids.requestId(),
                ids.extendedRequestId(),
                ids.traceId(),
                Instant.now());
    }

    Call withPath(String path) {
        return new Call(
                method,
                path,
                headers,
                query,
                body,
                sourceIp,
                requestId,
                extendedRequestId,
                traceId,
                time);
    }

    /// The last value of a header, in any case.
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(canonical(name))).map(List::getLast);
    }

    private static byte[] body(HttpExchange exchange) throws IOException, RefusedException {
        var body = exchange.getRequestBody().readNBytes(MOST_BODY + 1);
        if (body.length > MOST_BODY) {
            throw new RefusedException(ResponseType.REQUEST_TOO_LARGE);
        }
        return body;
    }

    private static Map<String, List<String>> headers(HttpExchange exchange) {
        var headers = new LinkedHashMap<String, List<String>>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(canonical(name), new ArrayList<>(values)));
        // these are of the connection, not of the request
        headers.remove("Content-Length");
        headers.remove("Connection");
        headers.remove("Transfer-Encoding");
        return headers;
    }

    private static void refuseTooManyHeaders(Map<String, List<String>> headers)
            throws RefusedException {
        long bytes = 0;
        for (var header : headers.entrySet()) {
            for (var value : header.getValue()) {
                bytes += header.getKey().length() + value.length();
            }
        }
        if (bytes > MOST_HEADERS) {
            throw new RefusedException(ResponseType.HEADERS_TOO_LARGE);
        }
    }

    private static void addForwarded(
            Map<String, List<String>> headers, String address, int port, String traceId) {
        headers.merge(
                "X-Forwarded-For",
                List.of(address),
                (there, _) -> List.of(there.getLast() + ", " + address));
        headers.put("X-Forwarded-Port", List.of(Integer.toString(port)));
        headers.put("X-Forwarded-Proto", List.of("http"));
        headers.putIfAbsent("X-Amzn-Trace-Id", List.of(traceId));
    }

    /// The JDK's server keeps no header's case: `If-None-Match` for all.
    static String canonical(String name) {
        var letters = new StringBuilder(name.toLowerCase(Locale.ROOT));
        for (int at = 0; at < letters.length(); at++) {
            if (at == 0 || letters.charAt(at - 1) == '-') {
                letters.setCharAt(at, Character.toUpperCase(letters.charAt(at)));
            }
        }
        return letters.toString();
    }

    private static Map<String, List<String>> query(@Nullable String raw) {
        var query = new LinkedHashMap<String, List<String>>();
        if (raw == null) {
            return query;
        }
        for (var pair : raw.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                var name = equals < 0 ? pair : pair.substring(0, equals);
                var value = equals < 0 ? "" : pair.substring(equals + 1);
                query.computeIfAbsent(decoded(name), _ -> new ArrayList<>()).add(decoded(value));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /// The names that AWS gives to a request, made before anything can go wrong with it.
    record Ids(String requestId, String extendedRequestId, String traceId) {
        static Ids draw() {
            var random = new byte[23];
            new SecureRandom().nextBytes(random);
            var hex = HexFormat.of();
            return new Ids(
                    UUID.randomUUID().toString(),
                    Base64.getUrlEncoder().encodeToString(Arrays.copyOf(random, 11)),
                    "Root=1-%08x-%s"
                            .formatted(
                                    Instant.now().getEpochSecond(), hex.formatHex(random, 11, 23)));
        }
    }
}

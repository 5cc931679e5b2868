package dev.sluice.local.gateway;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a function answered to a proxy integration; anything but the five known members is not an
/// answer.
final class ProxyAnswer {
    private static final Set<String> MEMBERS =
            Set.of("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded");

    /// Headers that a function does not get to set.
    private static final Set<String> REMAPPED =
            Set.of(
                    "connection",
                    "content-length",
                    "date",
                    "server",
                    "transfer-encoding",
                    "upgrade",
                    "www-authenticate");

    private ProxyAnswer() {}

    /// Reads the payload.
    ///
    /// @throws IllegalArgumentException if the client has to be told 502
    static Answer read(byte[] payload, List<String> binaryMediaTypes, String accepted) {
        var members = members(payload);
        var headers = new LinkedHashMap<String, List<String>>();
        multiValueHeaders(members.get("multiValueHeaders")).forEach(headers::put);
        headers(members.get("headers")).forEach((name, value) -> add(headers, name, value));
        var remapped = new LinkedHashMap<String, List<String>>();
        headers.forEach((name, values) -> remapped.put(remap(name), values));
        if (remapped.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
            remapped.put("Content-Type", List.of("application/json"));
        }
        boolean decode =
                Boolean.TRUE.equals(members.get("isBase64Encoded"))
                        && MediaTypes.matchesAny(binaryMediaTypes, accepted);
        return new Answer(status(members.get("statusCode")), remapped, body(members, decode));
    }

    private static Map<String, Object> members(byte[] payload) {
        try {
            var answer = JSON.std.anyFrom(new String(payload, StandardCharsets.UTF_8));
            if (!(answer instanceof Map<?, ?> map)
                    || map.isEmpty()
                    || !MEMBERS.containsAll(map.keySet())) {
                throw new IllegalArgumentException("not a proxy answer");
            }
            var members = new LinkedHashMap<String, Object>();
            map.forEach((key, value) -> members.put(key.toString(), value));
            return members;
        } catch (IOException notJson) {
            throw new IllegalArgumentException("not JSON", notJson);
        }
    }

    private static int status(@Nullable Object status) {
        int number =
                switch (status) {
                    case null -> 200;
                    case Number it -> it.intValue();
                    case String it -> Integer.parseInt(it);
                    default -> throw new IllegalArgumentException("statusCode");
                };
        if (number < 200 || number > 599) {
            throw new IllegalArgumentException("statusCode " + number);
        }
        return number;
    }

    private static byte[] body(Map<String, Object> members, boolean decode) {
        return switch (members.get("body")) {
            case null -> new byte[0];
            case String text ->
                    decode
                            ? Base64.getDecoder().decode(text)
                            : text.getBytes(StandardCharsets.UTF_8);
            default -> throw new IllegalArgumentException("the body is not a text");
        };
    }

    private static Map<String, String> headers(@Nullable Object headers) {
        var texts = new LinkedHashMap<String, String>();
        for (var entry : object(headers).entrySet()) {
            texts.put(entry.getKey().toString(), text(entry.getValue()));
        }
        return texts;
    }

    private static Map<String, List<String>> multiValueHeaders(@Nullable Object headers) {
        var lists = new LinkedHashMap<String, List<String>>();
        for (var entry : object(headers).entrySet()) {
            if (!(entry.getValue() instanceof List<?> values)) {
                throw new IllegalArgumentException("multiValueHeaders");
            }
            var texts = new ArrayList<String>();
            for (var value : values) {
                texts.add(text(value));
            }
            lists.put(entry.getKey().toString(), texts);
        }
        return lists;
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return switch (value) {
            case null -> Map.of();
            case Map<?, ?> map -> map;
            default -> throw new IllegalArgumentException("headers");
        };
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean flag -> flag.toString();
            case null, default -> throw new IllegalArgumentException("not a header: " + value);
        };
    }

    private static void add(Map<String, List<String>> headers, String name, String value) {
        headers.merge(
                name,
                List.of(value),
                (there, more) -> {
                    if (there.contains(value)) {
                        return there;
                    }
                    var all = new ArrayList<>(there);
                    all.addAll(more);
                    return all;
                });
    }

    private static String remap(String name) {
        return REMAPPED.contains(name.toLowerCase(Locale.ROOT)) ? "x-amzn-Remapped-" + name : name;
    }
}

package dev.sluice.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.lambda.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer to a client.
public record Answer(int status, Map<String, String> headers, String body) {

    /// A document; carries an ETag over its bytes, and tells when to ask again if it will change.
    public static Answer document(String body, @Nullable String retryAfterSeconds) {
        var headers = headers("application/json");
        headers.put("ETag", '"' + hash(body) + '"');
        headers.put("Cache-Control", "private, no-cache");
        if (retryAfterSeconds != null) {
            headers.put("Retry-After", retryAfterSeconds);
        }
        return new Answer(200, headers, body);
    }

    /// What was done or made; nothing to keep for later.
    public static Answer made(int status, String body) {
        var headers = headers("application/json");
        headers.put("Cache-Control", "no-store");
        return new Answer(status, headers, body);
    }

    /// The way to what was asked for, which stands elsewhere; another page of it under `next`.
    public static Answer seeOther(String location, @Nullable String next) {
        var headers = headers("text/plain");
        headers.put("Cache-Control", "no-store");
        headers.put("Location", location);
        if (next != null) {
            headers.put("Link", "<%s>; rel=\"next\"".formatted(next));
        }
        return new Answer(303, headers, "");
    }

    /// An error as RFC 9457 writes it.
    public static Answer problem(
            int status, String title, String detail, @Nullable String retryAfterSeconds) {
        var headers = headers("application/problem+json");
        if (retryAfterSeconds != null) {
            headers.put("Retry-After", retryAfterSeconds);
        }
        return new Answer(
                status,
                headers,
                Json.object(problem ->
                        problem.put("type", "about:blank")
                                .put("title", title)
                                .put("status", status)
                                .put("detail", detail)));
    }

    private static Map<String, String> headers(String contentType) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", contentType);
        // The gateway adds CORS headers to its own answers only.
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Access-Control-Expose-Headers", "ETag,Link,Retry-After");
        return headers;
    }

    /// This answer, or 304 when it is what the client has already.
    public Answer unless(@Nullable String ifNoneMatch) {
        var etag = headers.get("ETag");
        if (ifNoneMatch == null || etag == null) {
            return this;
        }
        for (var known : ifNoneMatch.split(",", -1)) {
            var tag = known.strip();
            if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                return new Answer(304, headers, "");
            }
        }
        return this;
    }

    private static String hash(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The answer as the proxy integration wants it.
    public String toProxy() {
        return Json.object(answer -> {
            answer.put("statusCode", status);
            var out = answer.startObjectField("headers");
            headers.forEach((name, value) -> put(out, name, value));
            out.end();
            answer.put("body", body).put("isBase64Encoded", false);
        });
    }

    private static void put(
            com.fasterxml.jackson.jr.ob.comp.ObjectComposer<?> object, String name, String value) {
        try {
            object.put(name, value);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

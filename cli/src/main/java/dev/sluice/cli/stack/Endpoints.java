package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsObject;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where a stack is and how to sign in: the content of `endpoints.json`. The URLs of S3, SQS and
/// Lambda, and the keys, are absent in AWS: the SDK knows them. `inbox` and `assets` are buckets.
public record Endpoints(
        URI api,
        @Nullable URI s3,
        @Nullable URI sqs,
        @Nullable URI lambda,
        Map<String, String> functions,
        @Nullable String database,
        String region,
        @Nullable String accessKeyId,
        @Nullable String secretAccessKey,
        String inbox,
        @Nullable String assets,
        String token) {

    public Endpoints {
        functions = Map.copyOf(functions);
    }

    public static Path fileIn(Path data) {
        return data.resolve("endpoints.json");
    }

    public static Endpoints read(Path file) {
        try {
            return of(Json.object(Files.readString(file)));
        } catch (NoSuchFileException e) {
            throw new Complaint(
                    "No stack is running here: there is no "
                            + file
                            + ". Start one with ./sluice up.",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new Complaint("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Endpoints of(JrsObject json) {
        var functions = new LinkedHashMap<String, String>();
        Json.child(json, "functions")
                .fields()
                .forEachRemaining(
                        field -> functions.put(field.getKey(), field.getValue().asText()));
        return new Endpoints(
                URI.create(required(json, "api")),
                uri(json, "s3"),
                uri(json, "sqs"),
                uri(json, "lambda"),
                functions,
                Json.text(json, "database"),
                required(json, "region"),
                Json.text(json, "accessKeyId"),
                Json.text(json, "secretAccessKey"),
                required(json, "inbox"),
                Json.text(json, "assets"),
                required(json, "token"));
    }

    private static String required(JrsObject json, String name) {
        var text = Json.text(json, name);
        if (text == null) throw new IllegalArgumentException("\"" + name + "\" is missing.");
        return text;
    }

    private static @Nullable URI uri(JrsObject json, String name) {
        var text = Json.text(json, name);
        return text == null ? null : URI.create(text);
    }

    /// Writes the file in one step, for its owner only: it holds keys and a token.
    public void write(Path file) throws IOException {
        WholeFiles.writeSecret(file, Json.pretty(asMap()) + "\n");
    }

    private Map<String, Object> asMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("api", api.toString());
        putPresent(map, "s3", s3);
        putPresent(map, "sqs", sqs);
        putPresent(map, "lambda", lambda);
        map.put("functions", new TreeMap<>(functions));
        putPresent(map, "database", database);
        map.put("region", region);
        putPresent(map, "accessKeyId", accessKeyId);
        putPresent(map, "secretAccessKey", secretAccessKey);
        map.put("inbox", inbox);
        putPresent(map, "assets", assets);
        map.put("token", token);
        return map;
    }

    private static void putPresent(Map<String, Object> map, String name, @Nullable Object value) {
        if (value != null) map.put(name, value.toString());
    }

    /// The tenant that the token speaks for.
    public String tenant() {
        try {
            var tenant = SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("tenant");
            if (tenant != null) return tenant;
        } catch (ParseException e) {
            throw new Complaint("The endpoints' token is no JWT: " + e.getMessage(), e);
        }
        throw new Complaint("The endpoints' token names no tenant.");
    }

    /// The name of a function by its logical id in the template; a name stays as it is.
    public String functionName(String function) {
        return functions.getOrDefault(function, function);
    }

    /// The other way round.
    public String logicalId(String function) {
        return functions.entrySet().stream()
                .filter(entry -> entry.getValue().equals(function))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(function);
    }
}

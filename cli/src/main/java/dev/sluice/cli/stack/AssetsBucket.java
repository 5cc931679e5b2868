package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/// The bucket of dataset files and lookup tables, and the Assets function that makes them count.
public final class AssetsBucket implements AutoCloseable {
    private static final String FUNCTION = "Assets";
    // every upload wakes Assets, which runs alone: ours waits for those before it
    private static final Duration LONGEST_TURN = Duration.ofMinutes(5);

    private final S3Client s3;
    private final String bucket;
    private final Functions functions;

    private AssetsBucket(S3Client s3, String bucket, Functions functions) {
        this.s3 = s3;
        this.bucket = bucket;
        this.functions = functions;
    }

    public static AssetsBucket of(Endpoints endpoints) {
        var bucket = endpoints.assets();
        if (bucket == null) {
            throw new Complaint("The endpoints name no bucket of assets (\"assets\").");
        }
        var s3 =
                AwsClients.build(
                        S3Client.builder(), endpoints, endpoints.s3(), Duration.ofMinutes(2));
        return new AssetsBucket(s3, bucket, Functions.of(endpoints));
    }

    /// What counts after a run of Assets, and the files it would not take.
    public record Switched(
            @Nullable String version, boolean switched, List<Refused> refused, String document) {}

    /// A file that does not count, and why.
    public record Refused(String file, String message) {}

    public void put(Path file, String key) {
        try {
            var _ =
                    s3.putObject(
                            request -> request.bucket(bucket).key(key), RequestBody.fromFile(file));
        } catch (SdkException e) {
            throw new Complaint("The upload of " + file + " failed: " + e.getMessage(), e);
        }
    }

    /// Has Assets take in what was put, and waits for it.
    public Switched takeIn() throws IOException, InterruptedException {
        var invocation = functions.invokeInTurn(FUNCTION, Json.compact(Map.of()), LONGEST_TURN);
        var result = Json.object(invocation.payload());
        if (invocation.error() != null) {
            throw new Complaint("Assets failed: " + Json.text(result, "errorMessage", "no reason"));
        }
        return new Switched(
                Json.text(result, "version"),
                "true".equals(Json.text(result, "switched")),
                Json.children(result, "refused").stream().map(AssetsBucket::refused).toList(),
                Json.pretty(result));
    }

    private static Refused refused(JrsObject json) {
        return new Refused(Json.text(json, "file", ""), Json.text(json, "message", ""));
    }

    @Override
    public void close() {
        functions.close();
        s3.close();
    }
}

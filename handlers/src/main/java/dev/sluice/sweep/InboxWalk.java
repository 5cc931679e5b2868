package dev.sluice.sweep;

import dev.sluice.job.Drop;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/// The versions in the inbox, page by page, in the order of their keys.
final class InboxWalk {
    private final S3Client s3;
    private final String bucket;
    private final int pageSize;

    InboxWalk(S3Client s3, String bucket, int pageSize) {
        this.s3 = s3;
        this.bucket = bucket;
        this.pageSize = pageSize;
    }

    /// A page of drops and where the next page starts; null at the end.
    record Page(List<Drop> drops, @Nullable String next) {}

    Page page(@Nullable String position) {
        var marker = position == null ? null : Json.read(position);
        var answer =
                s3.listObjectVersions(request -> {
                    request.bucket(bucket).maxKeys(pageSize);
                    if (marker != null) {
                        request.keyMarker(marker.get("key").text("key"))
                                .versionIdMarker(marker.get("version").textOrNull());
                    }
                });
        var drops = answer.versions().stream().map(it -> Inbox.of(bucket, it)).toList();
        var next =
                Boolean.TRUE.equals(answer.isTruncated())
                        ? marker(answer.nextKeyMarker(), answer.nextVersionIdMarker())
                        : null;
        return new Page(drops, next);
    }

    private static String marker(String key, String version) {
        return Json.object(marker -> marker.put("key", key).put("version", version));
    }
}

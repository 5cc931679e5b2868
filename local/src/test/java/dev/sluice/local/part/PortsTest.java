package dev.sluice.local.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The danger: a stack that does not start since another process took its port a moment before.
final class PortsTest {
    private static final int LOOKS = 5_000;

    private final List<ServerSocket> others = new ArrayList<>();
    private final List<Integer> tried = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (var other : others) {
            other.close();
        }
    }

    @Test
    void takesAnotherPortWhereSomebodyWasFaster() throws IOException {
        int port = Ports.start(0, this::beatenTwice);

        assertThat(tried).hasSize(3).doesNotHaveDuplicates().last().isEqualTo(port);
    }

    @Test
    void triesNothingAgainThatFailsForAnotherReason() {
        assertThatThrownBy(() ->
                        Ports.start(
                                0,
                                port -> {
                                    tried.add(port);
                                    throw new IOException("no disk");
                                }))
                .hasMessage("no disk");
        assertThat(tried).hasSize(1);
    }

    @Test
    void givesUpWhereSomebodyIsAlwaysFaster() {
        assertThatThrownBy(() ->
                        Ports.start(
                                0,
                                port -> {
                                    tried.add(port);
                                    return beaten(port);
                                }))
                .isInstanceOf(BindException.class);
        assertThat(tried).hasSizeBetween(2, 10);
    }

    /// A process that is being started has all sockets of this one for a moment.
    @Test
    void leavesThePortFreeThoughAProcessIsStartedDuringTheLook() throws Exception {
        var over = new AtomicBoolean();
        var starts =
                CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        startAProcess();
                    }
                });
        try {
            for (int look = 0; look < LOOKS; look++) {
                new ServerSocket(Ports.free(0), 1, InetAddress.getLoopbackAddress()).close();
            }
        } finally {
            over.set(true);
            starts.get(10, TimeUnit.SECONDS);
        }
    }

    private static void startAProcess() {
        try {
            var _ = new ProcessBuilder("true").start().waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private int beatenTwice(int port) throws IOException {
        tried.add(port);
        return others.size() < 2 ? beaten(port) : port;
    }

    private int beaten(int port) throws IOException {
        others.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        throw new BindException("taken");
    }
}

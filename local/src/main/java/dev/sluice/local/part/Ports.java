package dev.sluice.local.part;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Ports of 127.0.0.1 for servers that must be told one.
public final class Ports {
    private static final int MOST_TRIES = 5;

    private Ports() {}

    /// What serves at a port, once it does.
    @FunctionalInterface
    public interface Start<T> {
        T at(int port) throws IOException;
    }

    /// Starts a server at the preferred port, or at any other where that one is taken or is 0, and
    /// at yet another where somebody was faster between the look and the start.
    public static <T> T start(int preferred, Start<T> server) throws IOException {
        for (int tries = 1; ; tries++) {
            int port = free(preferred);
            try {
                return server.at(port);
            } catch (IOException | RuntimeException failure) {
                if (tries == MOST_TRIES || free(port) == port) {
                    throw failure;
                }
            }
        }
    }

    /// The preferred port, or any other where that one is taken or is 0. Free now: somebody may be
    /// faster.
    public static int free(int preferred) throws IOException {
        // A ServerSocket would listen, and a process that is being started inherits it for a
        // moment: the port would be taken for longer than this look.
        try (var socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), preferred));
            return socket.getLocalPort();
        } catch (IOException taken) {
            if (preferred == 0) {
                throw taken;
            }
            return free(0);
        }
    }
}

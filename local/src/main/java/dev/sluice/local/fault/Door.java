package dev.sluice.local.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where a relay takes clients in, on 127.0.0.1. Once shut it stays shut: another one is opened at
/// the same port.
final class Door {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final int BIND_TRIES = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ServerSocket socket;
    private @Nullable Thread accepting;

    private Door(ServerSocket socket) {
        this.socket = socket;
    }

    /// Takes the port, or any that is free for 0. Clients that come wait until it is opened.
    static Door at(int port) throws IOException {
        return new Door(bind(port));
    }

    /// Lets clients in and hands each over, on a thread of its own.
    synchronized void open(Consumer<Socket> receiver) {
        accepting =
                Thread.ofVirtual()
                        .name("relay " + socket.getLocalPort())
                        .start(() -> accept(receiver));
    }

    int port() {
        return socket.getLocalPort();
    }

    /// Nobody gets in any more once this has returned.
    synchronized void shut() throws IOException {
        socket.close();
        // An accept that is under way keeps the port open for a moment longer than the close.
        try {
            if (accepting != null && !accepting.join(PATIENCE)) {
                throw new IOException("port " + port() + " still lets clients in");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(Consumer<Socket> receiver) {
        while (!socket.isClosed()) {
            try {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> receiver.accept(client));
            } catch (IOException _) {
                // shut, or a client that went at once
            }
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            var socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(LOOPBACK, port), 512);
                return socket;
            } catch (IOException taken) {
                socket.close();
                // A client of anybody's may have been given this port for a moment.
                if (port == 0 || attempt == BIND_TRIES) {
                    throw taken;
                }
                pause(taken);
            }
        }
    }

    private static void pause(IOException taken) throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw taken;
        }
    }
}

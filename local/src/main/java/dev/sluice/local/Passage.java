package dev.sluice.local;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A second address of a server: whatever comes there goes to the server as it is.
final class Passage implements Part {
    private final ServerSocket entrance;
    private final InetSocketAddress server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Passage(ServerSocket entrance, InetSocketAddress server) {
        this.entrance = entrance;
        this.server = server;
    }

    static Passage start(InetSocketAddress at, InetSocketAddress server) throws IOException {
        var passage = new Passage(new ServerSocket(at.getPort(), 0, at.getAddress()), server);
        Thread.ofVirtual().name("passage").start(passage::accept);
        return passage;
    }

    InetAddress host() {
        return entrance.getInetAddress();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                var client = entrance.accept();
                Thread.ofVirtual().name("passage").start(() -> join(client));
            } catch (IOException _) {
                // closed, or a client that went at once
            }
        }
    }

    private void join(Socket client) {
        try (client;
                var there = new Socket(server.getAddress(), server.getPort())) {
            open.add(client);
            var back = Thread.ofVirtual().name("passage").start(() -> pass(there, client));
            pass(client, there);
            back.join();
        } catch (IOException _) {
            // one of the two is gone, and so is the other
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // closed either way
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        open.forEach(Passage::close);
    }
}

package dev.sluice.local.part;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Ports of 127.0.0.1 for servers that must be told one.
public final class Ports {
    private Ports() {}

    /// The preferred port, or any other where that one is taken or is 0. Free now: somebody may be
    /// faster.
    public static int free(int preferred) throws IOException {
        try (var socket = new ServerSocket()) {
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

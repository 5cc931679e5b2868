package dev.sluice.local.runtime;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/// HTTP servers of this machine for this machine, set up so that they are not slow and not picky.
public final class Loopback {
    private Loopback() {}

    /// A server on 127.0.0.1 that runs each exchange on a virtual thread; not started yet.
    ///
    /// The JDK reads these properties once, when its first server is made. Without the first an
    /// answer waits 40 ms for the client's delayed acknowledgement (Nagle); the runtime interface
    /// client sends its whole stack trace in a header and dies when that is refused.
    public static HttpServer server(int port) throws IOException {
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        setUnlessSet("sun.net.httpserver.maxReqHeaderSize", Integer.toString(4 << 20));
        var server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                        /* backlog= */ 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        return server;
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}

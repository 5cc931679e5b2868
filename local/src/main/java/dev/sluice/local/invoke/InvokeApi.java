package dev.sluice.local.invoke;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.part.Part;
import dev.sluice.local.runtime.Loopback;
import java.io.IOException;
import java.net.URI;

/// Lambda's Invoke API on 127.0.0.1: `POST /2015-03-31/functions/{name or ARN}/invocations`.
///
/// A request that is signed must be signed with the access key of this stack; the signature itself
/// is not verified.
public final class InvokeApi implements Part {
    private final HttpServer server;

    private InvokeApi(HttpServer server) {
        this.server = server;
    }

    /// Serves these functions.
    ///
    /// @param preferredPort 0 for any; any other is taken if it is free, else any
    public static InvokeApi start(Functions functions, String accessKeyId, int preferredPort)
            throws IOException {
        var server = Loopback.server(preferredPort);
        server.start();
        return new InvokeApi(server);
    }

    /// `http://127.0.0.1:port`.
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

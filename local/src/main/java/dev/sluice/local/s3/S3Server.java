package dev.sluice.local.s3;

import dev.sluice.local.part.Part;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// The HTTP server on 127.0.0.1 in front of a handler of S3 requests.
final class S3Server implements Part {
    // the largest that Jetty keeps for the next answer
    private static final int BUFFER = 64 << 10;

    private final Server server;
    private final int port;

    private S3Server(Server server, int port) {
        this.server = server;
        this.port = port;
    }

    static S3Server start(S3Handler handler, int port) throws IOException {
        var server = new Server();
        var connector = new ServerConnector(server, new HttpConnectionFactory(configuration()));
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        var context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new Front(handler)), "/*");
        server.setHandler(context);
        server.setStopTimeout(0);
        try {
            server.start();
            return new S3Server(server, connector.getLocalPort());
        } catch (Exception failure) {
            var refused = new IOException("S3 does not start on port " + port, failure);
            try {
                stop(server);
            } catch (IOException second) {
                refused.addSuppressed(second);
            }
            throw refused;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        stop(server);
    }

    // Keys may hold what a path of a web page should not, and a signature covers headers to the
    // letter.
    private static HttpConfiguration configuration() {
        var configuration = new HttpConfiguration();
        configuration.setHttpCompliance(HttpCompliance.LEGACY);
        configuration.setUriCompliance(UriCompliance.LEGACY);
        configuration.setHeaderCacheCaseSensitive(true);
        configuration.setSendServerVersion(false);
        // s3proxy copies a body by 16 KB; each would be a write, and a wait of its reader, of its
        // own
        configuration.setOutputBufferSize(BUFFER);
        configuration.setOutputAggregationSize(BUFFER);
        return configuration;
    }

    private static void stop(Server server) throws IOException {
        try {
            server.stop();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("S3 was interrupted while it stopped", interrupt);
        } catch (Exception failure) {
            throw new IOException("S3 does not stop", failure);
        }
    }

    @SuppressWarnings("serial") // a servlet is, for historical reasons only
    private static final class Front extends HttpServlet {
        private final transient S3Handler handler;

        Front(S3Handler handler) {
            this.handler = handler;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            handler.handle(request, response);
        }
    }
}

package dev.sluice.testing;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.job.Drop;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.IntakeRequests;
import dev.sluice.lambda.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Lambda's door for asynchronous events of Intake: takes every event and invokes nothing.
public final class TestingLambda implements AutoCloseable {
    private final List<Drop> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final LambdaClient client;

    public TestingLambda() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/2015-03-31/functions/intake/invocations",
                exchange -> {
                    try (exchange) {
                        asked.addAll(DropEvents.read(Json.read(exchange.getRequestBody())));
                        exchange.sendResponseHeaders(202, -1);
                    }
                });
        server.start();
        client =
                LambdaClient.builder()
                        .endpointOverride(
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                        .region(Region.EU_WEST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("local", "localsecret")))
                        .build();
    }

    public IntakeRequests intake() {
        return new IntakeRequests(client, "intake");
    }

    /// How often Intake was asked to look at this version.
    public long asked(Drop drop) {
        return asked.stream().filter(it -> it.versionId().equals(drop.versionId())).count();
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }
}

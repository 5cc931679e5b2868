package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.runtime.Loopback;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/// A template with one of each, whose functions report their events here.
final class TestingStack implements AutoCloseable {
    private static final String TEMPLATE =
            """
            Transform: AWS::Serverless-2016-10-31
            Parameters:
              ReportUrl: {Type: String}
              Fail: {Type: String, Default: "no"}
            Globals:
              Function:
                PackageType: Image
                MemorySize: 256
                Timeout: 20
                ImageConfig: {Command: [dev.sluice.local.TestingWorker]}
                Environment: {Variables: {REPORT_URL: !Ref ReportUrl, SHARED: /mnt/shared}}
                FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/shared}]
            Resources:
              Worker:
                Type: AWS::Serverless::Function
                Properties:
                  EventInvokeConfig:
                    MaximumRetryAttempts: 0
                    DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Lost.Arn}}
                  Events:
                    Dropped:
                      Type: S3
                      Properties: {Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*'}
                    Message:
                      Type: SQS
                      Properties: {Queue: !GetAtt Work.Arn, BatchSize: 1, FunctionResponseTypes: [ReportBatchItemFailures]}
                    Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
              Thing:
                Type: Custom::Thing
                Properties: {ServiceToken: !GetAtt Worker.Arn, Fail: !Ref Fail}
              Inbox: {Type: 'AWS::S3::Bucket', Properties: {VersioningConfiguration: {Status: Enabled}}}
              Work: {Type: 'AWS::SQS::Queue', Properties: {VisibilityTimeout: 120}}
              Lost: {Type: 'AWS::SQS::Queue'}
              Files: {Type: 'AWS::EFS::FileSystem'}
              Point: {Type: 'AWS::EFS::AccessPoint', Properties: {FileSystemId: !Ref Files}}
              Database:
                Type: AWS::RDS::DBInstance
                Properties: {Engine: postgres, DBName: things, MasterUsername: owner, MasterUserPassword: x}
              DatabaseProxy:
                Type: AWS::RDS::DBProxy
                Properties: {DBProxyName: proxy, EngineFamily: POSTGRESQL, RoleArn: none, VpcSubnetIds: [a, b]}
              DatabaseProxyTargets:
                Type: AWS::RDS::DBProxyTargetGroup
                Properties:
                  DBProxyName: !Ref DatabaseProxy
                  TargetGroupName: default
                  DBInstanceIdentifiers: [!Ref Database]
                  ConnectionPoolConfigurationInfo: {MaxConnectionsPercent: 2, ConnectionBorrowTimeout: 5}
              Api:
                Type: AWS::Serverless::Api
                Properties:
                  StageName: live
                  DefinitionBody:
                    Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: api.yaml}}
            Outputs:
              Colour: {Value: !GetAtt Thing.Colour}
              Url: {Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/live'}
              Port: {Value: !GetAtt Database.Endpoint.Port}
              ProxyHost: {Value: !GetAtt DatabaseProxy.Endpoint}
            """;
    private static final String API =
            """
            openapi: 3.0.3
            paths:
              /hello:
                get:
                  security: [{token: []}]
                  x-amazon-apigateway-integration:
                    type: aws_proxy
                    httpMethod: POST
                    uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations'
            components:
              securitySchemes:
                token:
                  type: apiKey
                  name: Authorization
                  in: header
                  x-amazon-apigateway-authtype: custom
                  x-amazon-apigateway-authorizer:
                    type: token
                    authorizerUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations'
            """;
    private static final List<Class<?>> IMAGE =
            List.of(
                    TestingWorker.class,
                    AWSLambda.class,
                    RequestStreamHandler.class,
                    PojoSerializer.class,
                    SdkInternalThreadLocal.class);

    private final Path folder;
    private final HttpServer reports = Loopback.server(0);
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    TestingStack(Path folder) throws IOException {
        this.folder = folder;
        reports.createContext("/", this::receive);
        reports.start();
        Files.writeString(folder.resolve("template.yaml"), TEMPLATE);
        Files.writeString(folder.resolve("api.yaml"), API);
        Files.writeString(
                Files.createDirectories(folder.resolve("shared")).resolve("greeting.txt"),
                "hello\n");
        Files.writeString(
                folder.resolve("Dockerfile"),
                """
                FROM somewhere/java
                WORKDIR /var/task
                ENTRYPOINT ["/opt/java/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", \\
                    "--enable-native-access=ALL-UNNAMED", "-cp", \\
                    "/image/0:/image/1:/image/2:/image/3:/image/4", \\
                    "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"]
                """);
    }

    LocalOptions options() {
        var paths = new HashMap<String, Path>();
        for (int at = 0; at < IMAGE.size(); at++) {
            paths.put("/image/" + at, location(IMAGE.get(at)));
        }
        return LocalOptions.of(folder.resolve("template.yaml"), folder.resolve("data"))
                .withStackName("test")
                .withFileSystem(folder.resolve("shared"))
                .withImagePaths(paths)
                .withParameters(parameters(Map.of()));
    }

    Map<String, String> parameters(Map<String, String> more) {
        var parameters = new HashMap<>(more);
        parameters.put("ReportUrl", "http://127.0.0.1:" + reports.getAddress().getPort() + "/");
        return parameters;
    }

    /// The next event of the functions that holds this text; others are let go.
    String event(String text) throws InterruptedException {
        return event(it -> it.contains(text), text);
    }

    private String event(Predicate<String> wanted, String description) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            var event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new AssertionError("no event with " + description);
            }
            if (wanted.test(event)) {
                return event;
            }
        }
    }

    @Override
    public void close() {
        reports.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            events.add(
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Killed ones may take a moment to go.
    static void assertNoProcesses() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (commands().findAny().isPresent() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(commands()).isEmpty();
    }

    private static Stream<String> commands() {
        return ProcessHandle.current().descendants().map(it -> it.info().commandLine().orElse("?"));
    }
}

package dev.sluice.local.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Documents;
import dev.sluice.local.invoke.InvokeResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a client and a function see of the gateway: a difference to AWS here is a bug there.
class GatewayTest {
    private static final String DOCUMENT =
            """
            openapi: 3.0.3
            info: {title: t, version: "1"}
            paths:
              /things/{id}:
                get:
                  security: [{token: []}]
                  responses: {"200": {description: d}}
                  x-amazon-apigateway-integration: &proxy
                    type: aws_proxy
                    httpMethod: POST
                    uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:answer/invocations
                options:
                  security: []
                  x-amazon-apigateway-integration:
                    type: mock
                    requestTemplates: {application/json: '{"statusCode": 204}'}
                    responses:
                      default:
                        statusCode: "204"
                        responseParameters:
                          method.response.header.Access-Control-Allow-Origin: "'*'"
                          method.response.header.Access-Control-Allow-Methods: "'GET,OPTIONS'"
              /things/special:
                x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: PROXY}
              /open:
                get: {x-amazon-apigateway-integration: PROXY}
                post: {x-amazon-apigateway-integration: PROXY}
              /files/{name+}:
                get: {x-amazon-apigateway-integration: PROXY}
              /asked:
                get:
                  security: [{request: []}]
                  x-amazon-apigateway-integration: PROXY
              /ping:
                get:
                  x-amazon-apigateway-integration:
                    type: mock
                    requestTemplates: {application/json: '{"statusCode": 200}'}
                    responses:
                      "200":
                        statusCode: "200"
                        responseTemplates: {application/json: '{"status":"ok"}'}
            components:
              securitySchemes:
                token:
                  type: apiKey
                  in: header
                  name: Authorization
                  x-amazon-apigateway-authtype: custom
                  x-amazon-apigateway-authorizer:
                    type: token
                    identityValidationExpression: ^Bearer .+$
                    authorizerResultTtlInSeconds: 60
                    authorizerUri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/guard/invocations
                request:
                  type: apiKey
                  in: header
                  name: Unused
                  x-amazon-apigateway-authtype: custom
                  x-amazon-apigateway-authorizer:
                    type: request
                    identitySource: method.request.querystring.who
                    authorizerResultTtlInSeconds: 0
                    authorizerUri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/guard/invocations
            x-amazon-apigateway-gateway-responses:
              DEFAULT_4XX:
                responseParameters: {gatewayresponse.header.Access-Control-Allow-Origin: "'*'"}
              UNAUTHORIZED:
                responseParameters: {gatewayresponse.header.WWW-Authenticate: "'Bearer'"}
                responseTemplates: {application/json: '{"oops":$context.error.messageString}'}
            """
                    .replace(" &proxy", "")
                    .replace(
                            "PROXY",
                            "{type: aws_proxy, httpMethod: POST, uri: 'arn:aws:apigateway:eu-west-1:"
                                    + "lambda:path/2015-03-31/functions/answer/invocations'}");

    private static final String OK = "{\"statusCode\":200,\"body\":\"fine\"}";

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<Function<Map<String, Object>, InvokeResult>> answer =
            new AtomicReference<>(_ -> TestingBackend.success(OK));
    private final AtomicReference<Function<Map<String, Object>, InvokeResult>> guard =
            new AtomicReference<>(_ -> TestingBackend.success(allow("*")));
    private final TestingBackend answers =
            new TestingBackend(Map.of("answer", it -> answer.get().apply(it)));
    private final TestingBackend guards =
            new TestingBackend(Map.of("guard", it -> guard.get().apply(it)));
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<String> announced = new CopyOnWriteArrayList<>();

    @TempDir Path folder;
    private Gateway gateway;

    @BeforeEach
    void open() throws IOException {
        gateway = serve(DOCUMENT, Duration.ofSeconds(29));
    }

    @AfterEach
    void close() {
        gateway.close();
        client.close();
    }

    @Test
    void handsAFunctionTheWholeEvent() throws Exception {
        var response =
                send(
                        request("/things/a%2Fb%20c?x=1&x=2+3&empty&%C3%A4=%26")
                                .header("Authorization", "Bearer one")
                                .header("If-None-Match", "\"7\"")
                                .header("user-agent", "test")
                                .GET());

        assertThat(response.statusCode()).isEqualTo(200);
        var event = answers.events().getFirst();
        assertThat(event.keySet())
                .containsExactlyInAnyOrder(
                        "resource",
                        "path",
                        "httpMethod",
                        "headers",
                        "multiValueHeaders",
                        "queryStringParameters",
                        "multiValueQueryStringParameters",
                        "pathParameters",
                        "stageVariables",
                        "requestContext",
                        "body",
                        "isBase64Encoded");
        assertThat(event)
                .containsEntry("resource", "/things/{id}")
                .containsEntry("path", "/things/a%2Fb%20c")
                .containsEntry("httpMethod", "GET")
                .containsEntry("pathParameters", Map.of("id", "a/b c"))
                .containsEntry("queryStringParameters", Map.of("x", "2 3", "empty", "", "ä", "&"))
                .containsEntry(
                        "multiValueQueryStringParameters",
                        Map.of("x", List.of("1", "2 3"), "empty", List.of(""), "ä", List.of("&")))
                .containsEntry("stageVariables", null)
                .containsEntry("body", null)
                .containsEntry("isBase64Encoded", false);
        assertThat(map(event, "headers"))
                .containsEntry("If-None-Match", "\"7\"")
                .containsEntry("User-Agent", "test")
                .containsEntry("X-Forwarded-Proto", "http")
                .containsKeys("Host", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port")
                .doesNotContainKeys("Content-Length", "Connection");
        var context = map(event, "requestContext");
        assertThat(context)
                .containsEntry("path", "/live/things/a%2Fb%20c")
                .containsEntry("resourcePath", "/things/{id}")
                .containsEntry("stage", "live")
                .containsEntry("apiId", "abcdefghij")
                .containsEntry("accountId", "000000000000")
                .containsEntry(
                        "authorizer",
                        Map.of("principalId", "somebody", "tenant", "demo", "level", "3"))
                .containsEntry("requestId", header(response, "x-amzn-RequestId"));
        assertThat(String.valueOf(context.get("requestTime")))
                .matches("\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000");
        assertThat(map(context, "identity"))
                .containsEntry("sourceIp", "127.0.0.1")
                .containsEntry("userAgent", "test")
                .containsEntry("apiKey", "key-of-demo");
    }

    @Test
    void handsAFunctionTheBody() throws Exception {
        send(request("/open").POST(BodyPublishers.ofString("grüße")));

        assertThat(answers.events().getFirst())
                .containsEntry("body", "grüße")
                .containsEntry("isBase64Encoded", false);
    }

    @ParameterizedTest
    @CsvSource({
        "/things/special, /things/special",
        "/things/special/, /things/special",
        "/files/a/b%20c, /files/{name+}",
        "/open, /open"
    })
    void findsTheBestResource(String path, String resource) throws Exception {
        assertThat(send(request(path).GET()).statusCode()).isEqualTo(200);

        assertThat(answers.events().getFirst()).containsEntry("resource", resource);
    }

    @Test
    void givesAGreedyParameterTheRest() throws Exception {
        send(request("/files/a/b%20c+d").GET());

        assertThat(answers.events().getFirst())
                .containsEntry("pathParameters", Map.of("name", "a/b c+d"));
    }

    @Test
    void passesOnWhatTheFunctionAnswers() throws Exception {
        answer.set(_ ->
                TestingBackend.success(
                        """
                        {"statusCode":"201","body":"x","headers":{"A":"1","B":true,"Date":"never"},
                         "multiValueHeaders":{"A":["2","3"]}}
                        """));

        var response = send(request("/open").GET());

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().allValues("A")).containsExactly("2", "3", "1");
        assertThat(header(response, "B")).isEqualTo("true");
        assertThat(header(response, "x-amzn-Remapped-Date")).isEqualTo("never");
        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(header(response, "X-Amzn-Trace-Id")).startsWith("Root=1-");
        assertThat(header(response, "x-amz-apigw-id")).hasSize(16);
        assertThat(response.body()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}",
                "[]",
                "\"text\"",
                "null",
                "not JSON",
                "{\"statusCode\":200,\"body\":{}}",
                "{\"statusCode\":200,\"cookies\":[]}",
                "{\"statusCode\":\"many\"}",
                "{\"statusCode\":200,\"headers\":{\"A\":1}}",
                "{\"statusCode\":200,\"headers\":[]}"
            })
    void tellsAClientNothingOfAMalformedAnswerButWhoeverRunsIt(String payload) throws Exception {
        answer.set(_ -> TestingBackend.success(payload));

        assertRefused(
                send(request("/open").GET()),
                502,
                "{\"message\":\"Internal server error\"}",
                "InternalServerErrorException");
        assertThat(announced)
                .singleElement()
                .asString()
                .startsWith("answer answered GET /open with what is no proxy answer (")
                .endsWith("so the client got 502: " + payload);
    }

    @Test
    void tellsAClientNothingOfAFailedFunction() throws Exception {
        answer.set(_ -> TestingBackend.failure("the secret is 42"));
        assertRefused(
                send(request("/open").GET()),
                502,
                "{\"message\":\"Internal server error\"}",
                "InternalServerErrorException");

        guard.set(_ -> {
            throw new IllegalStateException("the secret is 42");
        });
        assertRefused(
                ask("/things/1", "one"),
                500,
                "{\"message\":\"Internal server error\"}",
                "InternalServerErrorException");

        answer.set(_ -> new InvokeResult.Throttled("id", InvokeResult.Reason.RESERVED));
        assertRefused(
                send(request("/open").GET()),
                500,
                "{\"message\":\"Internal server error\"}",
                "InternalServerErrorException");
    }

    @Test
    void doesNotLetAClientWaitForASlowFunction() throws Exception {
        gateway.close();
        gateway = serve(DOCUMENT, Duration.ofMillis(500));
        var end = new CountDownLatch(1);
        answer.set(_ -> {
            try {
                assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return TestingBackend.success(OK);
        });

        assertRefused(
                send(request("/open").GET()),
                504,
                "{\"message\":\"Endpoint request timed out\"}",
                "InternalServerErrorException");
        end.countDown();
    }

    @Test
    void answersAPreflightByItself() throws Exception {
        var response = send(request("/things/7").method("OPTIONS", BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(header(response, "Access-Control-Allow-Methods")).isEqualTo("GET,OPTIONS");
        assertThat(response.body()).isEmpty();
        assertThat(answers.events()).isEmpty();
    }

    @Test
    void answersAPingByItself() throws Exception {
        var response = send(request("/ping").GET());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        var missing = "{\"message\":\"Missing Authentication Token\"}";
        var response = send(request("/nowhere").GET());
        assertRefused(response, 403, missing, "MissingAuthenticationTokenException");
        assertThat(header(response, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertRefused(
                send(request("/open").DELETE()),
                403,
                missing,
                "MissingAuthenticationTokenException");
        assertRefused(
                send(HttpRequest.newBuilder(gateway.endpoint().resolve("/dead/open")).GET()),
                403,
                "{\"message\":\"Forbidden\"}",
                "ForbiddenException");
    }

    @Test
    void refusesWhatIsTooLarge() throws Exception {
        assertRefused(
                send(request("/open").POST(BodyPublishers.ofByteArray(new byte[(10 << 20) + 1]))),
                413,
                "{\"message\":\"Request Too Long\"}",
                "RequestTooLargeException");
        assertRefused(
                send(request("/open").header("Long", "x".repeat(10_300)).GET()),
                431,
                "{\"message\":\"Request Header Fields Too Large\"}",
                "BadRequestException");
    }

    @Test
    void asksTheAuthorizerOncePerIdentityUntilItsAnswerIsOld() throws Exception {
        for (var token : List.of("one", "one", "two")) {
            assertThat(ask("/things/1", token).statusCode()).isEqualTo(200);
        }
        assertThat(guards.events()).hasSize(2);
        assertThat(guards.events().getFirst())
                .isEqualTo(
                        Map.of(
                                "type",
                                "TOKEN",
                                "authorizationToken",
                                "Bearer one",
                                "methodArn",
                                "arn:aws:execute-api:eu-west-1:000000000000:abcdefghij/live/GET/things/1"));

        now.set(Instant.EPOCH.plusSeconds(60));
        ask("/things/1", "one");
        assertThat(guards.events()).hasSize(3);
    }

    @Test
    void asksTheAuthorizerOnceForACrowd() throws Exception {
        var crowd =
                IntStream.range(0, 8)
                        .mapToObj(_ ->
                                client.sendAsync(
                                        request("/things/1")
                                                .header("Authorization", "Bearer one")
                                                .build(),
                                        BodyHandlers.ofString()))
                        .toList();

        for (var answer : crowd) {
            assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(guards.events()).hasSize(1);
    }

    @Test
    void holdsARememberedPolicyAgainstEveryMethod() throws Exception {
        guard.set(
                _ -> TestingBackend.success(allow("arn:aws:execute-api:*:*:*/live/GET/things/1")));

        assertThat(ask("/things/1", "one").statusCode()).isEqualTo(200);
        assertRefused(
                ask("/things/2", "one"),
                403,
                "{\"Message\":\"User is not authorized to access this resource\"}",
                "AccessDeniedException");
        assertThat(guards.events()).hasSize(1);
    }

    @Test
    void letsADenyWin() throws Exception {
        guard.set(_ ->
                TestingBackend.success(
                        """
                        {"principalId":"p","policyDocument":{"Statement":[
                         {"Effect":"Allow","Action":"*","Resource":"*"},
                         {"Effect":"Deny","Action":"execute-api:*","Resource":["*/GET/things/?"]}]}}
                        """));

        assertRefused(
                ask("/things/1", "one"),
                403,
                "{\"Message\":\"User is not authorized to access this resource with an explicit"
                        + " deny\"}",
                "AccessDeniedException");
    }

    @Test
    void refusesWithoutAskingWhatDoesNotLookLikeAToken() throws Exception {
        for (var request :
                List.of(
                        request("/things/1").GET(),
                        request("/things/1").header("Authorization", "Basic x").GET())) {
            var response = send(request);
            assertRefused(response, 401, "{\"oops\":\"Unauthorized\"}", "UnauthorizedException");
            assertThat(header(response, "WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        }
        assertThat(guards.events()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"principalId":"p"}                                                  | AuthorizerConfigurationException
                    {"policyDocument":{"Statement":[]}}                                  | AuthorizerConfigurationException
                    {"principalId":"p","policyDocument":{"Statement":[{"Effect":"Maybe"}]}} | AuthorizerConfigurationException
                    {"principalId":"p","policyDocument":{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}]}} | AuthorizerConfigurationException
                    nothing                                                              | AuthorizerConfigurationException
                    """)
    void tellsAClientNothingOfAMalformedPolicy(String payload, String errorType) throws Exception {
        guard.set(_ -> TestingBackend.success(payload));

        assertRefused(ask("/things/1", "one"), 500, "{\"message\":null}", errorType);
    }

    @Test
    void knowsAnAuthorizersNoFromItsCrash() throws Exception {
        guard.set(_ -> TestingBackend.failure("Unauthorized"));
        assertRefused(
                ask("/things/1", "one"),
                401,
                "{\"oops\":\"Unauthorized\"}",
                "UnauthorizedException");

        guard.set(_ -> TestingBackend.failure("boom"));
        assertRefused(
                ask("/things/1", "one"), 500, "{\"message\":null}", "AuthorizerFailureException");
    }

    @Test
    void givesARequestAuthorizerTheRequest() throws Exception {
        assertThat(send(request("/asked?who=me").GET()).statusCode()).isEqualTo(200);
        assertThat(send(request("/asked?who=me").GET()).statusCode()).isEqualTo(200);
        assertThat(send(request("/asked").GET()).statusCode()).isEqualTo(401);

        assertThat(guards.events()).hasSize(2);
        assertThat(guards.events().getFirst())
                .containsEntry("type", "REQUEST")
                .containsEntry("queryStringParameters", Map.of("who", "me"))
                .containsEntry("resource", "/asked")
                .containsKeys("methodArn", "headers", "requestContext", "pathParameters");
    }

    @Test
    void answersQuickly() throws Exception {
        var times = new ArrayList<Duration>();
        for (int count = 0; count < 50; count++) {
            long start = System.nanoTime();
            send(request("/ping").GET());
            times.add(Duration.ofNanos(System.nanoTime() - start));
        }

        // What delays every answer delays the best one, too; the others may have waited for a busy
        // machine.
        assertThat(times.subList(25, 50)).anyMatch(it -> it.toMillis() < 30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    type: mock            | type: http                  | the integration http is not supported
                    functions/answer/     | functions/nobody/           | there is no function nobody
                    httpMethod: POST, uri | httpMethod: GET, uri        | a function is invoked by POST, not GET
                    security: [{token     | security: [{other           | there is no security scheme other
                    "'GET,OPTIONS'"       | "integration.response.body" | only a value in single quotes is supported: integration.response.body
                    UNAUTHORIZED:         | UNAUTHORISED:               | there is no gateway response UNAUTHORISED
                    querystring.who       | body.who                    | the identity source method.request.body.who is not supported
                    '{"statusCode": 200}' | '#set($x = 1)'              | a template with variables is not supported
                    responseTemplates: {application/json: '{"oops | colour: {application/json: '{"oops | the API.x-amazon-apigateway-gateway-responses.UNAUTHORIZED.colour is not supported
                    """)
    void namesTheLineOfWhatItCannotDo(String good, String bad, String problem) {
        assertThat(DOCUMENT).contains(good);
        var document = DOCUMENT.replace(good, bad);

        assertThatThrownBy(() -> serve(document, Duration.ofSeconds(29)).close())
                .isInstanceOf(DocumentException.class)
                .hasMessageMatching("api.yaml:\\d+: .*")
                .hasMessageEndingWith(problem);
    }

    private Gateway serve(String document, Duration limit) throws IOException {
        var file = Files.writeString(folder.resolve("api.yaml"), document);
        var api =
                new RestApi(
                        "abcdefghij",
                        "live",
                        "eu-west-1",
                        "000000000000",
                        Documents.read(file),
                        Map.of(),
                        List.of(),
                        Set.of("answer", "guard"),
                        "local",
                        "secret",
                        limit);
        var opened = Gateway.open(0);
        try {
            opened.serve(
                    api,
                    (function, event) ->
                            (function.equals("guard") ? guards : answers).invoke(function, event),
                    now::get,
                    announced::add);
            return opened;
        } catch (DocumentException refused) {
            opened.close();
            throw refused;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.endpoint() + "/live" + path))
                .timeout(Duration.ofSeconds(60));
    }

    private HttpResponse<String> ask(String path, String token) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + token).GET());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static void assertRefused(
            HttpResponse<String> response, int status, String body, String errorType) {
        assertThat(response.body()).isEqualTo(body);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(header(response, "x-amzn-ErrorType")).isEqualTo(errorType);
        assertThat(header(response, "x-amzn-RequestId")).hasSize(36);
        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> event, String key) {
        return (Map<String, Object>) Objects.requireNonNull(event.get(key));
    }

    private static String allow(String resource) {
        try {
            return JSON.std.asString(
                    Map.of(
                            "principalId",
                            "somebody",
                            "policyDocument",
                            Map.of(
                                    "Version",
                                    "2012-10-17",
                                    "Statement",
                                    List.of(
                                            Map.of(
                                                    "Effect",
                                                    "Allow",
                                                    "Action",
                                                    "execute-api:Invoke",
                                                    "Resource",
                                                    resource))),
                            "context",
                            Map.of("tenant", "demo", "level", 3),
                            "usageIdentifierKey",
                            "key-of-demo"));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

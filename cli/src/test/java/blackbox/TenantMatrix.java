package blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Endpoints;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Every route of openapi.yaml, asked by one tenant about another's jobs. The document names the
/// routes, so that a new one is asked too, or fails the test until this class knows how.
final class TenantMatrix {
    private static final String MISSING = "01990000-0000-7000-8000-000000000000";
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final Set<String> OF_THE_MOMENT =
            Set.of("date", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id");
    private static final List<String> QUERIES =
            List.of("", "?limit=1", "?cursor=MQ", "?format=csv", "?format=json", "?format=x");

    private final Endpoints endpoints;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    /// @param token of the tenant that asks
    TenantMatrix(Endpoints endpoints, String token) {
        this.endpoints = endpoints;
        this.token = token;
    }

    /// A method of a path, and how it is secured: `jwt`, `sigv4` or not at all.
    record Route(String method, String path, String security) {}

    static List<Route> routes(Path openapi) throws IOException {
        var document =
                (Map<?, ?>)
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(openapi));
        var routes = new ArrayList<Route>();
        ((Map<?, ?>) document.get("paths"))
                .forEach((path, item) ->
                        ((Map<?, ?>) item)
                                .forEach((method, operation) -> {
                                    if (METHODS.contains(method.toString())) {
                                        routes.add(route(path, method, (Map<?, ?>) operation));
                                    }
                                }));
        return routes;
    }

    private static Route route(Object path, Object method, Map<?, ?> operation) {
        var security = (List<?>) operation.get("security");
        var scheme =
                security.isEmpty()
                        ? ""
                        : ((Map<?, ?>) security.getFirst()).keySet().iterator().next().toString();
        return new Route(method.toString().toUpperCase(Locale.ROOT), path.toString(), scheme);
    }

    /// What a client can tell of an answer.
    record Seen(int status, Map<String, List<String>> headers, String body) {
        static Seen of(HttpResponse<String> answer, String id) {
            var headers = new TreeMap<String, List<String>>();
            answer.headers()
                    .map()
                    .forEach((name, values) -> {
                        if (!OF_THE_MOMENT.contains(name.toLowerCase(Locale.ROOT))) {
                            headers.put(name.toLowerCase(Locale.ROOT), values);
                        }
                    });
            return new Seen(answer.statusCode(), headers, answer.body().replace(id, "ID"));
        }
    }

    /// Asks a route that names a job, about a foreign one and about one that is not there.
    void assertSeesNoDifference(Route route, String foreignId, String etag) throws Exception {
        for (var query : route.method().equals("GET") ? QUERIES : List.of("")) {
            var foreign = Seen.of(send(route, foreignId, query, etag), foreignId);
            var missing = Seen.of(send(route, MISSING, query, etag), MISSING);

            assertThat(foreign).as("%s%s", route, query).isEqualTo(missing);
            assertThat(foreign.status())
                    .as("%s%s", route, query)
                    .isEqualTo(
                            switch (route.security()) {
                                case "sigv4" -> 403;
                                case "" -> 204;
                                default -> query.equals("?format=x") ? foreign.status() : 404;
                            });
        }
    }

    private HttpResponse<String> send(Route route, String id, String query, String etag)
            throws IOException, InterruptedException {
        return send(
                route.method(),
                route.path().replace("{id}", id) + query,
                "",
                Map.of("If-None-Match", etag));
    }

    HttpResponse<String> send(String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(endpoints.api() + path))
                        .timeout(Duration.ofSeconds(40))
                        .header("Authorization", "Bearer " + token)
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }
}

package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The jobs of one tenant over REST.
public final class Jobs implements AutoCloseable {
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(40);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
    private static final int LARGEST_PAGE = 100;
    private static final int MOST_SEARCHED = 500;

    private final URI api;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    public Jobs(URI api, String token) {
        this.api = api;
        this.token = token;
    }

    public static Jobs of(Endpoints endpoints) {
        return new Jobs(endpoints.api(), endpoints.token());
    }

    /// Which jobs to list; null means any.
    public record Filter(@Nullable String dataset, @Nullable String state, @Nullable String key) {
        public static final Filter ANY = new Filter(null, null, null);

        public static Filter key(String key) {
            return new Filter(null, null, key);
        }
    }

    /// The job by its id, or empty: a foreign tenant's job looks the same as none.
    public Optional<Job> find(String id) throws IOException, InterruptedException {
        var response = send("/v1/jobs/" + encode(id));
        if (response.statusCode() == 404) return Optional.empty();
        return Optional.of(Job.of(content(response)));
    }

    public Job get(String id) throws IOException, InterruptedException {
        return find(id).orElseThrow(() -> new Complaint("There is no job " + id + "."));
    }

    /// The job by its id, or by the number that its rows carry.
    public Job byIdOrNumber(String text) throws IOException, InterruptedException {
        if (!text.matches("[0-9]{1,18}")) return get(text);
        var number = Long.parseLong(text);
        for (var job : list(Filter.ANY, MOST_SEARCHED)) {
            // A list leaves the first rejects out.
            if (job.number() == number) return get(job.id());
        }
        throw new Complaint(
                "Job %s is not among the last %d jobs; ask by its id."
                        .formatted(text, MOST_SEARCHED));
    }

    /// The newest jobs first, at most so many.
    public List<Job> list(Filter filter, int limit) throws IOException, InterruptedException {
        return pages(
                "/v1/jobs",
                parameters(filter),
                limit,
                page -> Json.children(page, "jobs").stream().map(Job::of).toList());
    }

    /// The rejects of a job in the order of the file, at most so many.
    public List<Reject> rejects(String id, int limit) throws IOException, InterruptedException {
        return pages(
                "/v1/jobs/" + encode(id) + "/rejects",
                new LinkedHashMap<>(),
                limit,
                page -> Json.children(page, "rejects").stream().map(Reject::of).toList());
    }

    /// Cancels a job, or retries one, and gives it as it stands then.
    public Job move(String id, String act) throws IOException, InterruptedException {
        return Job.of(content(send(post(URI.create(api + path(id) + "/" + act), ""))));
    }

    /// Asks by POST; empty where the API has no such route.
    Optional<JrsObject> post(String path, String body) throws IOException, InterruptedException {
        var response = send(post(URI.create(api + path), body));
        var json =
                response.headers().firstValue("Content-Type").orElse("").startsWith("application/");
        var unknown = response.body().contains("Missing Authentication Token");
        if (response.statusCode() == 403 && unknown) return Optional.empty();
        if (response.statusCode() == 404 && !json) return Optional.empty();
        return Optional.of(content(response));
    }

    private HttpRequest.Builder post(URI uri, String body) {
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    /// Writes the refused records as they stand in the job's file, with the reasons behind.
    public void rejectFile(String id, OutputStream out) throws IOException, InterruptedException {
        @Nullable URI next = URI.create(api + path(id) + "/rejects?format=csv");
        for (var first = true; next != null; first = false) {
            var answer = send(HttpRequest.newBuilder(next));
            var location = answer.headers().firstValue("Location");
            if (answer.statusCode() != 303 || location.isEmpty()) throw refusal(answer);
            copy(URI.create(location.get()), out, first);
            next = answer.headers().firstValue("Link").map(this::linked).orElse(null);
        }
    }

    // Without the token: the URL carries its own signature, and S3 takes one at a time.
    private void copy(URI location, OutputStream out, boolean withHeader)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(location).timeout(Duration.ofMinutes(10)).build();
        var answer = http.send(request, BodyHandlers.ofInputStream());
        try (var in = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new Complaint("S3 answered " + answer.statusCode() + " for the rejects.");
            }
            var header = answer.headers().firstValueAsLong("x-amz-meta-header-bytes").orElse(0);
            if (!withHeader) in.skipNBytes(header);
            in.transferTo(out);
        }
    }

    private URI linked(String link) {
        return api.resolve(link.substring(link.indexOf('<') + 1, link.indexOf('>')));
    }

    private static String path(String id) {
        return "/v1/jobs/" + encode(id);
    }

    /// The job that an object version became, or empty where none came within the limit.
    public Optional<Job> await(String key, String versionId, Duration limit)
            throws IOException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var found =
                    list(Filter.key(key), LARGEST_PAGE).stream()
                            .filter(job -> versionId.equals(job.drop().versionId()))
                            .findFirst();
            if (found.isPresent() || System.nanoTime() > deadline) return found;
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    /// Looks at the job until it is as wanted or the time is over, and gives what was seen last.
    public Job awaitUntil(String id, Duration limit, Predicate<Job> wanted)
            throws IOException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var job = get(id);
            if (wanted.test(job) || System.nanoTime() > deadline) return job;
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private static Map<String, String> parameters(Filter filter) {
        var parameters = new LinkedHashMap<String, String>();
        if (filter.dataset() != null) parameters.put("dataset", filter.dataset());
        if (filter.state() != null) parameters.put("state", filter.state());
        if (filter.key() != null) parameters.put("key", filter.key());
        return parameters;
    }

    private interface PageReader<T> {
        List<T> read(JrsObject page);
    }

    private <T> List<T> pages(
            String path, Map<String, String> parameters, int limit, PageReader<T> reader)
            throws IOException, InterruptedException {
        var all = new ArrayList<T>();
        while (all.size() < limit) {
            parameters.put("limit", String.valueOf(Math.min(LARGEST_PAGE, limit - all.size())));
            var page = content(send(path + "?" + query(parameters)));
            all.addAll(reader.read(page));
            var next = Json.text(page, "next");
            if (next == null) break;
            parameters.put("cursor", next);
        }
        return all;
    }

    private static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    // Form encoding, except that a blank is %20, which no server takes for a plus.
    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(api + path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        request.timeout(REQUEST_LIMIT)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json");
        try {
            return http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (ConnectException e) {
            throw new Complaint("Nothing answers at " + api + ". Is ./sluice up running?", e);
        }
    }

    private static JrsObject content(HttpResponse<String> response) throws IOException {
        if (response.statusCode() / 100 == 2) return Json.object(response.body());
        throw refusal(response);
    }

    private static Complaint refusal(HttpResponse<String> response) {
        return new Complaint("The API answered " + response.statusCode() + ": " + reason(response));
    }

    private static String reason(HttpResponse<String> response) {
        try {
            var problem = Json.object(response.body());
            for (var name : List.of("detail", "title", "message", "Message")) {
                var text = Json.text(problem, name);
                if (text != null) return text;
            }
        } catch (IOException _) {
            // not JSON: the body itself is the best there is
        }
        return response.body().isBlank() ? "no reason given" : response.body().strip();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

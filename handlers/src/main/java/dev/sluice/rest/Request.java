package dev.sluice.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.lambda.Json;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a client asked, out of API Gateway's proxy event (payload format 1.0).
public record Request(Json.Value event) {
    private static final Pattern JOB_ID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /// The route as openapi.yaml writes it: `/v1/jobs/{id}`.
    public String route() {
        return event.get("resource").text("resource");
    }

    /// The tenant that the authorizer found; a request without one does not get here.
    public String tenant() {
        return event.get("requestContext").get("authorizer").get("tenant").text("tenant");
    }

    public String pathParameter(String name) {
        return event.get("pathParameters").get(name).text(name);
    }

    public @Nullable String query(String name) {
        return event.get("queryStringParameters").get(name).textOrNull();
    }

    /// A header by its name in any case, as HTTP has it.
    public @Nullable String header(String name) {
        var headers = event.get("headers");
        for (var header : headers.names()) {
            if (header.toLowerCase(Locale.ROOT).equals(name)) {
                return headers.get(header).textOrNull();
            }
        }
        return null;
    }

    /// What stands before `/v1` in links: the stage. Those of ops lead to the tenant's routes,
    /// where a job is read.
    public String base() {
        var path = event.get("requestContext").get("path").textOrNull();
        int version = path == null ? -1 : path.indexOf("/v1/");
        var base = path == null || version < 0 ? "" : path.substring(0, version);
        return isForOps() ? base.replaceFirst("/ops$", "") : base;
    }

    /// The job that the path names.
    ///
    /// @throws ProblemException 404 for what is no id, as for a job that is not there
    public UUID jobId() {
        var id = pathParameter("id");
        if (!JOB_ID.matcher(id).matches()) {
            throw ProblemException.notFound();
        }
        return UUID.fromString(id);
    }

    /// True for the routes of ops, which are about any tenant's jobs; the gateway has checked who
    /// asks.
    public boolean isForOps() {
        return route().startsWith("/ops/");
    }

    /// Whose jobs are meant: the tenant's, or anybody's for ops.
    public @Nullable String tenantOrAny() {
        return isForOps() ? null : tenant();
    }

    /// The body as JSON.
    ///
    /// @throws ProblemException 400 when it is no JSON object
    public Json.Value body() {
        var text = event.get("body").textOrNull();
        try {
            if (text != null && "true".equals(event.get("isBase64Encoded").textOrNull())) {
                text = new String(Base64.getDecoder().decode(text), UTF_8);
            }
            if (text != null && text.strip().startsWith("{")) {
                return Json.read(text);
            }
        } catch (IllegalArgumentException _) {
            // answered below
        }
        throw ProblemException.badRequest("The body must be a JSON object.");
    }

    /// A whole number of the query within bounds.
    ///
    /// @throws ProblemException 400, naming the parameter
    public int number(String name, int least, int most, int otherwise) {
        var text = query(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // answered below, together with what is out of bounds
        }
        throw ProblemException.badRequest(
                "%s must be a whole number from %d to %d.".formatted(name, least, most));
    }
}

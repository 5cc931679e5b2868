package dev.sluice.status;

import dev.sluice.lambda.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a client asked, out of API Gateway's proxy event (payload format 1.0).
record Request(Json.Value event) {

    /// The route as openapi.yaml writes it: `/v1/jobs/{id}`.
    String route() {
        return event.get("resource").text("resource");
    }

    /// The tenant that the authorizer found; a request without one does not get here.
    String tenant() {
        return event.get("requestContext").get("authorizer").get("tenant").text("tenant");
    }

    String pathParameter(String name) {
        return event.get("pathParameters").get(name).text(name);
    }

    @Nullable String query(String name) {
        return event.get("queryStringParameters").get(name).textOrNull();
    }

    /// A header by its name in any case, as HTTP has it.
    @Nullable String header(String name) {
        var headers = event.get("headers");
        for (var header : headers.names()) {
            if (header.toLowerCase(Locale.ROOT).equals(name)) {
                return headers.get(header).textOrNull();
            }
        }
        return null;
    }

    /// What stands before `/v1` in links: the stage.
    String base() {
        var path = event.get("requestContext").get("path").textOrNull();
        int version = path == null ? -1 : path.indexOf("/v1/");
        return path == null || version < 0 ? "" : path.substring(0, version);
    }

    /// A whole number of the query within bounds.
    ///
    /// @throws ProblemException 400, naming the parameter
    int number(String name, int least, int most, int otherwise) {
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

package dev.sluice.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.SQLException;

/// One side of the API, behind API Gateway's proxy integration. Whatever goes wrong inside, a
/// client sees a problem document and never a stack trace.
public record RestFunction(Routing routing) {

    /// Answers the requests of some routes.
    @FunctionalInterface
    public interface Routing {
        Answer answer(Request request) throws SQLException, IOException;
    }

    /// Reads a proxy event and writes its answer.
    public void answer(InputStream input, OutputStream output) throws IOException {
        output.write(answer(Json.read(input)).toProxy().getBytes(UTF_8));
    }

    private Answer answer(Json.Value event) {
        try {
            return routing.answer(new Request(event));
        } catch (ProblemException e) {
            return e.answer();
        } catch (SQLException | IOException | RuntimeException e) {
            Log.error("request failed", e);
            return Answer.problem(
                    503, "Unavailable", "The request can't be answered now; try it again.", "5");
        }
    }
}

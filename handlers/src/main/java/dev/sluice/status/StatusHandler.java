package dev.sluice.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Once;
import dev.sluice.lambda.Settings;
import dev.sluice.rest.Answer;
import dev.sluice.rest.ProblemException;
import dev.sluice.rest.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;

/// The GET side of the API, behind API Gateway's proxy integration. Whatever goes wrong inside, a
/// client sees a problem document and never a stack trace.
public final class StatusHandler implements RequestStreamHandler {
    private final Routes routes;

    public StatusHandler() {
        this(Settings.ofProcess());
    }

    private StatusHandler(Settings settings) {
        this(
                new Routes(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofSeconds(9)),
                                InstantSource.system()),
                        new Assets(Path.of(settings.text("ASSETS_DIR"))),
                        new Exports(
                                new Once<>(Aws::s3),
                                new Once<>(Aws::presigner),
                                settings.text("EXPORTS_BUCKET"),
                                new Assets(Path.of(settings.text("ASSETS_DIR"))),
                                InstantSource.system(),
                                ExportFile.Caps.DEFAULT)));
    }

    StatusHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        answer(input, output);
    }

    void answer(InputStream input, OutputStream output) throws IOException {
        output.write(answer(Json.read(input)).toProxy().getBytes(UTF_8));
    }

    private Answer answer(Json.Value event) {
        try {
            return routes.answer(new Request(event));
        } catch (ProblemException e) {
            return e.answer();
        } catch (SQLException | IOException | RuntimeException e) {
            Log.error("request failed", e);
            return Answer.problem(
                    503, "Unavailable", "The request can't be answered now; try it again.", "5");
        }
    }
}

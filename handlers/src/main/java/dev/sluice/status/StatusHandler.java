package dev.sluice.status;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.Once;
import dev.sluice.lambda.Settings;
import dev.sluice.rest.RestFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// The GET side of the API.
public final class StatusHandler implements RequestStreamHandler {
    private final RestFunction rest;

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
        this.rest = new RestFunction(routes::answer);
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        answer(input, output);
    }

    void answer(InputStream input, OutputStream output) throws IOException {
        rest.answer(input, output);
    }
}

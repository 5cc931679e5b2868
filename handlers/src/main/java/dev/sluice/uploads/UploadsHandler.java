package dev.sluice.uploads;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.IntakeRequests;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Once;
import dev.sluice.lambda.Settings;
import dev.sluice.rest.RestFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// The POST side of the API: uploads, cancel, retry.
public final class UploadsHandler implements RequestStreamHandler {
    private final RestFunction rest;

    public UploadsHandler() {
        this(Settings.ofProcess());
    }

    private UploadsHandler(Settings settings) {
        this(
                new Routes(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofSeconds(9)),
                                InstantSource.system()),
                        new Assets(Path.of(settings.text("ASSETS_DIR"))),
                        new JobIds(InstantSource.system()),
                        new UploadUrls(
                                new Once<>(Aws::presigner),
                                new Once<>(Aws::s3),
                                settings.text("INBOX_BUCKET")),
                        IntakeRequests.rarely(settings.text("INTAKE_FUNCTION"))::accept,
                        InstantSource.system()));
    }

    UploadsHandler(Routes routes) {
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

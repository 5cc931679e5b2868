package dev.sluice.assets;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// Brings the assets up to date whenever their bucket changes, and by a schedule. The event says
/// only that it is time: what is there is asked of the bucket.
public final class AssetsHandler implements RequestStreamHandler {
    private final Update update;

    public AssetsHandler() {
        this(Settings.ofProcess());
    }

    private AssetsHandler(Settings settings) {
        this(
                new Update(
                        new AssetsBucket(Aws.s3(), settings.text("ASSETS_BUCKET")),
                        Path.of(settings.text("ASSETS_DIR")),
                        Caps.DEFAULT,
                        Duration.ofDays(settings.number("ASSETS_KEPT_DAYS", 1, 3653, 7)),
                        InstantSource.system()));
    }

    AssetsHandler(Update update) {
        this.update = update;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        output.write(update.run(Deadline.of(context)).json().getBytes(UTF_8));
    }
}

package dev.sluice.local.invoke;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A handler whose start goes as its variable START says.
public final class BadStart implements RequestStreamHandler {
    public BadStart() throws Exception {
        var start = System.getenv("START").split(" ", 2);
        switch (start[0]) {
            case "throw" -> throw new IllegalStateException("cannot start");
            case "exit" -> System.exit(7);
            case "hang" -> TimeUnit.MILLISECONDS.sleep(60_000);
            case "once" -> {
                // slow the first time, quick from then on
                var mark = Path.of(start[1]);
                if (!Files.exists(mark)) {
                    Files.createFile(mark);
                    TimeUnit.MILLISECONDS.sleep(60_000);
                }
            }
            default -> throw new IllegalArgumentException(start[0]);
        }
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        input.transferTo(output);
    }
}

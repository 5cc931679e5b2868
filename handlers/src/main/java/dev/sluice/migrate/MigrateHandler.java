package dev.sluice.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.db.migrate.Migrations;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// What changes tables, as the owner and on the database endpoint: the ledger's migrations at each
/// deploy (a custom resource of the stack), and `dataset apply`.
///
/// Events: CloudFormation's custom-resource request, `{"action":"migrate"}`,
/// `{"action":"apply","dataset":"NAME"}`, `{"action":"apply-all"}`.
public final class MigrateHandler implements RequestStreamHandler {
    private final DatabaseSettings owner;
    private final Assets assets;

    public MigrateHandler() {
        this(Settings.ofProcess());
    }

    private MigrateHandler(Settings settings) {
        this(
                DatabaseSettings.from(settings.environment(), Duration.ofMinutes(4)),
                new Assets(Path.of(settings.text("ASSETS_DIR"))));
    }

    MigrateHandler(DatabaseSettings owner, Assets assets) {
        this.owner = owner;
        this.assets = assets;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        answer(input, output);
    }

    void answer(InputStream input, OutputStream output) throws IOException {
        var event = Json.read(input);
        try {
            output.write(answer(event).getBytes(UTF_8));
        } catch (SQLException e) {
            throw new IOException("the database refused: " + e.getMessage(), e);
        }
    }

    private String answer(Json.Value event) throws IOException, SQLException {
        if (event.get("RequestType").isPresent()) {
            return customResource(event);
        }
        var action = event.get("action").text("action");
        return switch (action) {
            case "migrate" -> version(Migrations.apply(owner));
            case "apply" -> apply(List.of(event.get("dataset").text("dataset")));
            case "apply-all" -> apply(assets.datasetNames());
            default ->
                    throw new IllegalArgumentException(
                            "action is '%s', not one of migrate, apply, apply-all"
                                    .formatted(action));
        };
    }

    private String apply(List<String> names) throws IOException, SQLException {
        try (var database = new Database(owner, InstantSource.system())) {
            return new DatasetApply(database, assets).apply(names).json();
        }
    }

    /// CloudFormation waits an hour for an answer that does not come, so a failure is answered too.
    /// Deleting the stack leaves the ledger as it is: it goes with its database.
    private String customResource(Json.Value event) throws IOException {
        var answer = new CustomResourceAnswer(event);
        if (event.get("RequestType").text("RequestType").equals("Delete")) {
            return answer.succeed("none");
        }
        try {
            return answer.succeed(Migrations.apply(owner));
        } catch (SQLException | RuntimeException e) {
            Log.error("migration failed", e);
            return answer.fail(String.valueOf(e.getMessage()));
        }
    }

    private static String version(String version) {
        return Json.object(answer -> answer.put("version", version));
    }
}

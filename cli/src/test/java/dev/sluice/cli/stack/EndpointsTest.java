package dev.sluice.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Others script against this file, and it holds secrets.
final class EndpointsTest {
    @TempDir Path folder;

    @Test
    void comesBackAsItWasWritten() throws IOException {
        var file = Endpoints.fileIn(folder);
        endpoints().write(file);
        assertThat(Endpoints.read(file)).isEqualTo(endpoints());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void namesWhatOthersReadAndNothingThatIsNotThere() throws IOException {
        var file = Endpoints.fileIn(folder);
        endpoints().write(file);
        assertThat(Json.object(Files.readString(file)).fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "api",
                        "s3",
                        "lambda",
                        "functions",
                        "database",
                        "region",
                        "accessKeyId",
                        "secretAccessKey",
                        "inbox",
                        "assets",
                        "token");
    }

    @Test
    void saysHowToGetAStackWhereThereIsNone() {
        assertThatThrownBy(() -> Endpoints.read(Endpoints.fileIn(folder)))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("./sluice up");
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        var file = Files.writeString(folder.resolve("mine.json"), "{\"api\":\"https://x/live\"}");
        assertThatThrownBy(() -> Endpoints.read(file))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("\"region\" is missing");
    }

    private static Endpoints endpoints() {
        return new Endpoints(
                URI.create("http://127.0.0.1:1/live"),
                URI.create("http://127.0.0.1:2"),
                null,
                URI.create("http://127.0.0.1:4"),
                Map.of("Load", "sluice-Load", "Intake", "sluice-Intake"),
                "postgresql://sluice@127.0.0.1:5/sluice",
                "eu-west-1",
                "id",
                "secret",
                "sluice-inbox",
                "sluice-assets",
                "token");
    }
}

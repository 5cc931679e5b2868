package blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stack as it is deployed: functions sign in by IAM and check the database's certificate.
final class EncryptedTest {
    private static final String THINGS =
            """
            dataset: things
            table: things
            columns:
              - {name: id, type: bigint, required: true}
            """;

    @Test
    void loadsAFileWithTokensAndCertificates(@TempDir Path folder) throws Exception {
        var assets = Files.createDirectories(folder.resolve("assets"));
        Files.createDirectories(assets.resolve("lookups"));
        Files.writeString(
                Files.createDirectories(assets.resolve("datasets")).resolve("things.yaml"), THINGS);
        var parameters = Map.of("DatabaseAuth", "iam", "DatabaseTls", "verify-full");
        try (var stack = Stack.start(folder, assets, parameters)) {
            var job = stack.load("things", "things.csv", "id\n1\n2\n".getBytes(UTF_8));

            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.rows().loaded()).isEqualTo(2);
        }
    }
}

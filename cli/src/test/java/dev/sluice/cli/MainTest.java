package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong is said in one sentence, and the shell hears it.
final class MainTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void saysWhatIsMissingWhereNoStackRuns() {
        assertThat(run("jobs", "--data", folder.toString())).isEqualTo(2);
        assertThat(text(err)).hasLineCount(1).contains("./sluice up");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void answersAWrongOptionWithTheRightHelp() {
        assertThat(run("put", "--nonsense")).isEqualTo(2);
        assertThat(text(err)).contains("./sluice put --help");
    }

    @Test
    void refusesAFileThatIsNotThereBeforeAnythingIsUploaded() {
        assertThat(run("put", folder.resolve("x.csv").toString(), "--dataset", "d")).isEqualTo(2);
        assertThat(text(err)).contains("There is no file");
    }

    @Test
    void refusesWhatIsNoFileOfTheAssetsBeforeAnythingIsUploaded() throws Exception {
        var file = Files.writeString(folder.resolve("x.txt"), "");
        assertThat(run("dataset", "put", file.toString())).isEqualTo(2);
        assertThat(text(err)).contains("neither a dataset (.yaml) nor a lookup table (.csv)");
    }

    @Test
    void saysThatNothingAnswers() throws Exception {
        var endpoints =
                """
                {"api":"http://127.0.0.1:1/live","region":"eu-west-1","inbox":"b","token":"t"}
                """;
        var file = Files.writeString(folder.resolve("e.json"), endpoints);
        assertThat(run("job", "1", "--endpoints", file.toString())).isEqualTo(2);
        assertThat(text(err))
                .isEqualTo("Nothing answers at http://127.0.0.1:1/live. Is ./sluice up running?\n");
    }

    private int run(String... arguments) {
        return Main.run(terminal(out), terminal(err), arguments);
    }

    private static Terminal terminal(ByteArrayOutputStream written) {
        return Terminal.plain(new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    private static String text(ByteArrayOutputStream written) {
        return written.toString(StandardCharsets.UTF_8);
    }
}

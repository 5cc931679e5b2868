package dev.sluice.cli;

import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// What this machine does otherwise than AWS: all of it in a file, and on the screen what is not
/// the same on every machine.
final class Announcements implements Consumer<String> {
    private static final String SAME_EVERYWHERE = "No counterpart";

    private final Path file;
    private final Terminal out;

    Announcements(Path data, Terminal out) throws IOException {
        file = data.resolve("announcements.txt");
        Files.deleteIfExists(file);
        this.out = out;
    }

    @Override
    public void accept(String sentence) {
        try {
            Files.writeString(
                    file, sentence + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (sentence.startsWith(SAME_EVERYWHERE)) return;
        for (var line : Text.wrap(sentence, out.width() - 2)) {
            out.line("  " + out.ink(Ink.DIM, line));
        }
    }
}

package dev.sluice.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Lines that move must not leave traces, and must not be there at all in a log.
final class TerminalTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void drawsOverWhatItDrewAndNeverWiderThanTheTerminal() {
        var terminal = Terminal.interactive(stream, 10);
        terminal.move(List.of("one", "\u001b[31mlonger than ten\u001b[0m"));
        terminal.move(List.of("two"));
        var first = "\rone\u001b[K\n\r\u001b[31mlonger th\u001b[0m\u001b[K\n";
        var second = "\u001b[2A\rtwo\u001b[K\n";
        assertThat(text()).isEqualTo(first + second);
    }

    @Test
    void movesNothingAndColoursNothingInALog() {
        var terminal = Terminal.plain(stream);
        terminal.move(List.of("one"));
        terminal.line(terminal.ink(Ink.RED, "two"));
        assertThat(text()).isEqualTo("two\n");
    }

    @Test
    void fillsABarToItsFraction() {
        var terminal = Terminal.plain(stream);
        assertThat(terminal.bar(0, 4, Ink.GREEN)).isEqualTo("····");
        assertThat(terminal.bar(0.4, 4, Ink.GREEN)).isEqualTo("━╸··");
        assertThat(terminal.bar(7, 4, Ink.GREEN)).isEqualTo("━━━━");
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}

package dev.sluice.cli.terminal;

import static dev.sluice.cli.terminal.Table.flexible;
import static dev.sluice.cli.terminal.Table.left;
import static dev.sluice.cli.terminal.Table.right;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.terminal.Table.Cell;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Columns must stand under each other whatever the cells hold, and a line must not wrap.
final class TableTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void alignsNumbersRightAndWideSignsByTheirCells() {
        table().print(Terminal.plain(stream));
        assertThat(lines())
                .containsExactly(
                        "  LINE  COLUMN  REASON",
                        "     7  東京    short",
                        "        a note",
                        "  1234  name    a reason that is much longer than the others");
    }

    @Test
    void givesWayInTheFlexibleColumnOnANarrowTerminal() {
        table().print(Terminal.interactive(stream, 40));
        var plain = lines().stream().map(line -> line.replaceAll("\u001b\\[[0-9]*m", "")).toList();
        assertThat(plain).contains("  1234  name    a reason that is much l…");
        assertThat(plain).allMatch(line -> Text.width(line) <= 40);
    }

    @Test
    void goesOnInFurtherLinesWhereAColumnWraps() {
        new Table(right("LINE"), Table.wrapping("REASON"), left("CODE"))
                .row("7", "one two three four", "X")
                .print(Terminal.interactive(stream, 24));
        var plain = lines().stream().map(line -> line.replaceAll("\u001b\\[[0-9]*m", "")).toList();
        assertThat(plain)
                .containsExactly(
                        "  LINE  REASON      CODE", "     7  one two     X", "        three four");
    }

    private static Table table() {
        return new Table(right("LINE"), left("COLUMN"), flexible("REASON"))
                .row("7", "東京", "short")
                .note("a note")
                .row(
                        Cell.of("1234"),
                        Cell.of("name"),
                        new Cell("a reason that is much longer than the others", Ink.RED));
    }

    private List<String> lines() {
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }
}

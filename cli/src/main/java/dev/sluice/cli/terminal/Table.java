package dev.sluice.cli.terminal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Rows under aligned headings. One column may be flexible: it gives way when the terminal is too
/// narrow. Notes stand under their row. Cells are shown as given: make foreign text safe first.
public final class Table {
    private static final String INDENT = "  ";
    private static final String GAP = "  ";
    private static final int NARROWEST = 8;
    private static final int LONGEST_NOTE = 240;

    private enum Kind {
        LEFT,
        RIGHT,
        WRAPPING,
        FLEXIBLE,
        FLEXIBLE_END
    }

    /// One column: its heading and how its cells are set.
    public record Column(String heading, Kind kind) {}

    /// One cell and its ink.
    public record Cell(String text, Ink ink) {
        public static Cell of(String text) {
            return new Cell(text, Ink.PLAIN);
        }
    }

    private sealed interface Entry permits Row, Note {}

    private record Row(List<Cell> cells) implements Entry {}

    private record Note(String text) implements Entry {}

    private final List<Column> columns;
    private final List<Entry> entries = new ArrayList<>();

    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    public static Column left(String heading) {
        return new Column(heading, Kind.LEFT);
    }

    public static Column right(String heading) {
        return new Column(heading, Kind.RIGHT);
    }

    /// Left aligned; goes on in further lines.
    public static Column wrapping(String heading) {
        return new Column(heading, Kind.WRAPPING);
    }

    /// Left aligned; loses its end first.
    public static Column flexible(String heading) {
        return new Column(heading, Kind.FLEXIBLE);
    }

    /// Left aligned; loses its front first, as suits a path.
    public static Column flexibleEnd(String heading) {
        return new Column(heading, Kind.FLEXIBLE_END);
    }

    public Table row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + columns.size() + " columns");
        }
        entries.add(new Row(List.of(cells)));
        return this;
    }

    public Table row(String... cells) {
        var made = new Cell[cells.length];
        for (var i = 0; i < cells.length; i++) made[i] = Cell.of(cells[i]);
        return row(made);
    }

    /// A dim line under the last row.
    public Table note(String text) {
        entries.add(new Note(text));
        return this;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    public void print(Terminal terminal) {
        var widths = widths(terminal.width());
        var heading = columns.stream().map(column -> new Cell(column.heading(), Ink.BOLD)).toList();
        terminal.line(draw(heading, widths, terminal));
        for (var entry : entries) {
            switch (entry) {
                case Row(var cells) -> {
                    for (var line : wrapped(cells, widths)) {
                        terminal.line(draw(line, widths, terminal));
                    }
                }
                case Note(var text) -> terminal.line(drawNote(text, widths[0], terminal));
            }
        }
    }

    /// The lines of one row: more than one where a wrapping cell is too long for its column.
    private List<List<Cell>> wrapped(List<Cell> row, int[] widths) {
        var lines = new ArrayList<List<Cell>>();
        for (var i = 0; i < widths.length; i++) {
            var cell = row.get(i);
            var parts =
                    columns.get(i).kind() == Kind.WRAPPING
                            ? Text.wrap(cell.text(), widths[i])
                            : List.of(cell.text());
            for (var part = 0; part < parts.size(); part++) {
                if (part == lines.size()) lines.add(emptyCells());
                lines.get(part).set(i, new Cell(parts.get(part), cell.ink()));
            }
        }
        return lines;
    }

    private List<Cell> emptyCells() {
        return new ArrayList<>(Collections.nCopies(columns.size(), Cell.of("")));
    }

    private int[] widths(int terminalWidth) {
        var widths = new int[columns.size()];
        for (var i = 0; i < widths.length; i++) widths[i] = widest(i);
        long total = INDENT.length() + (long) GAP.length() * (widths.length - 1);
        for (var width : widths) total += width;
        for (var i = 0; i < widths.length; i++) {
            if (isFlexible(columns.get(i)) && total > terminalWidth) {
                widths[i] = (int) Math.max(NARROWEST, widths[i] - (total - terminalWidth));
            }
        }
        return widths;
    }

    private static boolean isFlexible(Column column) {
        return switch (column.kind()) {
            case WRAPPING, FLEXIBLE, FLEXIBLE_END -> true;
            case LEFT, RIGHT -> false;
        };
    }

    private int widest(int column) {
        var widest = Text.width(columns.get(column).heading());
        for (var entry : entries) {
            if (entry instanceof Row(var cells)) {
                widest = Math.max(widest, Text.width(cells.get(column).text()));
            }
        }
        return widest;
    }

    private String draw(List<Cell> cells, int[] widths, Terminal terminal) {
        var line = new StringBuilder(INDENT);
        for (var i = 0; i < widths.length; i++) {
            if (i > 0) line.append(GAP);
            var text = fit(cells.get(i).text(), columns.get(i), widths[i]);
            var padding = " ".repeat(widths[i] - Text.width(text));
            var inked = terminal.ink(cells.get(i).ink(), text);
            line.append(columns.get(i).kind() == Kind.RIGHT ? padding + inked : inked + padding);
        }
        return line.toString().stripTrailing();
    }

    private static String fit(String text, Column column, int width) {
        return column.kind() == Kind.FLEXIBLE_END
                ? Text.fitEnd(text, width)
                : Text.fit(text, width);
    }

    private static String drawNote(String text, int firstWidth, Terminal terminal) {
        var indent = INDENT.length() + firstWidth + GAP.length();
        var room = Math.min(LONGEST_NOTE, terminal.width() - indent);
        return " ".repeat(indent) + terminal.ink(Ink.DIM, Text.fit(text, room));
    }
}

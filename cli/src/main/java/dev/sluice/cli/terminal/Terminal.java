package dev.sluice.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// One output stream of the process and what it can show: a terminal gets colour and lines that
/// move, anything else plain lines. Safe for several threads.
public final class Terminal {
    private static final int DEFAULT_WIDTH = 80;
    private static final int MAXIMUM_WIDTH = 160;

    private final PrintStream stream;
    private final boolean interactive;
    private final boolean colours;
    private final boolean ornaments;
    private final int width;
    private int movingLines;

    private Terminal(
            PrintStream stream,
            boolean interactive,
            boolean colours,
            boolean ornaments,
            int width) {
        this.stream = stream;
        this.interactive = interactive;
        this.colours = colours;
        this.ornaments = ornaments;
        this.width = width;
    }

    public static Terminal standardOutput() {
        return detect(FileDescriptor.out, 1);
    }

    public static Terminal standardError() {
        return detect(FileDescriptor.err, 2);
    }

    /// A stream that nobody looks at while it is written.
    public static Terminal plain(PrintStream stream) {
        return new Terminal(stream, false, false, true, Integer.MAX_VALUE);
    }

    /// A terminal of a given width with everything a modern one can do.
    public static Terminal interactive(PrintStream stream, int width) {
        return new Terminal(stream, true, true, true, width);
    }

    private static Terminal detect(FileDescriptor descriptor, int number) {
        // Data is written as UTF-8, as cat would; only ornaments ask what the locale can show.
        var stream =
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(descriptor)),
                        /* autoFlush= */ false,
                        StandardCharsets.UTF_8);
        var interactive = isTerminal(number) && !"dumb".equals(System.getenv("TERM"));
        var noColour = System.getenv("NO_COLOR");
        var colours = interactive && (noColour == null || noColour.isEmpty());
        var ornaments =
                !interactive || Charset.forName(localeCharset()).newEncoder().canEncode('━');
        var width = interactive ? Math.min(MAXIMUM_WIDTH, columns()) : Integer.MAX_VALUE;
        return new Terminal(stream, interactive, colours, ornaments, width);
    }

    private static String localeCharset() {
        return System.getProperty("native.encoding", "US-ASCII");
    }

    private static boolean isTerminal(int number) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException _) {
            // no /proc: not Linux
            return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        }
    }

    private static int columns() {
        var fromEnvironment = System.getenv("COLUMNS");
        if (fromEnvironment != null && fromEnvironment.matches("[1-9][0-9]{1,3}")) {
            return Integer.parseInt(fromEnvironment);
        }
        try {
            return columnsOf(
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start());
        } catch (IOException _) {
            return DEFAULT_WIDTH;
        }
    }

    private static int columnsOf(Process stty) throws IOException {
        try (var output = stty.inputReader(StandardCharsets.US_ASCII)) {
            var line = output.readLine();
            stty.waitFor(1, TimeUnit.SECONDS);
            if (line == null || !line.matches("[0-9]+ [1-9][0-9]*")) return DEFAULT_WIDTH;
            return Math.max(40, Integer.parseInt(line.substring(line.indexOf(' ') + 1)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return DEFAULT_WIDTH;
        }
    }

    public boolean interactive() {
        return interactive;
    }

    public boolean colours() {
        return colours;
    }

    /// Cells in a line; without limit where nobody looks at a screen.
    public int width() {
        return width;
    }

    public String ink(Ink ink, String text) {
        return colours ? ink.on(text) : text;
    }

    /// A mark, or its plain stand-in where the locale has no such sign.
    public String ornament(String mark, String plain) {
        return ornaments ? mark : plain;
    }

    /// Lines that still move give way; who draws them draws them again below.
    public void line(String text) {
        synchronized (stream) {
            erase();
            stream.print(text);
            stream.print('\n');
            stream.flush();
        }
    }

    public void blankLine() {
        line("");
    }

    /// Draws these lines where the last ones were drawn; nothing where lines cannot move.
    public void move(List<String> lines) {
        if (!interactive) return;
        synchronized (stream) {
            if (movingLines > 0) stream.print("\u001b[" + movingLines + "A");
            for (var line : lines) stream.print("\r" + clip(line) + "\u001b[K\n");
            stream.flush();
            movingLines = lines.size();
        }
    }

    /// What was drawn last stays; the next lines go below.
    public void settle() {
        synchronized (stream) {
            movingLines = 0;
        }
    }

    /// What was drawn last goes; the next lines take its place.
    public void erase() {
        synchronized (stream) {
            if (movingLines > 0) stream.print("\u001b[" + movingLines + "A\r\u001b[J");
            stream.flush();
            movingLines = 0;
        }
    }

    /// A bar of that many cells, filled to a fraction.
    public String bar(double fraction, int cells, Ink ink) {
        var done = Math.clamp(fraction, 0, 1) * cells;
        var full = (int) done;
        var half = done - full >= 0.5 && full < cells;
        var rest = cells - full - (half ? 1 : 0);
        var filled = ornament("━", "#").repeat(full) + (half ? ornament("╸", "-") : "");
        var empty = ornament(colours ? "━" : "·", ".").repeat(rest);
        return ink(ink, filled) + ink(Ink.DIM, empty);
    }

    // A line that wraps would break the count of lines to go up.
    private String clip(String line) {
        var clipped = new StringBuilder();
        var cells = 0;
        for (var i = 0; i < line.length(); ) {
            var point = line.codePointAt(i);
            if (point == '\u001b') {
                var end = line.indexOf('m', i) + 1;
                clipped.append(line, i, end);
                i = end;
                continue;
            }
            cells += Text.width(Character.toString(point));
            if (cells < width) clipped.appendCodePoint(point);
            i += Character.charCount(point);
        }
        return clipped.toString();
    }
}

package dev.sluice.cli;

import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Drops on their way: lines that move on a terminal, one line at each end elsewhere.
final class DropLines {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final int WIDEST_NAME = 28;

    private final Terminal terminal;
    private final List<DropLine> lines;
    private final int nameWidth;

    DropLines(Terminal terminal, List<DropLine> lines) {
        this.terminal = terminal;
        this.lines = lines;
        nameWidth =
                Math.min(WIDEST_NAME, lines.stream().mapToInt(DropLine::nameWidth).max().orElse(0));
    }

    void draw() {
        terminal.move(lines.stream().map(line -> line.draw(terminal, nameWidth)).toList());
    }

    void drawUploaded(DropLine line, long bytes) {
        line.uploaded(bytes);
        draw();
    }

    /// Draws until every job has ended or the time is over; true when all have ended.
    boolean follow(Jobs jobs, Duration limit) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            for (var line : lines) look(jobs, line);
            draw();
            var ended = lines.stream().allMatch(DropLine::ended);
            if (ended || System.nanoTime() > deadline) {
                terminal.settle();
                return ended;
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private void look(Jobs jobs, DropLine line) throws IOException, InterruptedException {
        var job = line.job();
        if (job.isPresent() && !line.ended()) line.see(jobs.get(job.get().id()));
        if (line.endsNow() && !terminal.interactive()) {
            terminal.line(line.tell(terminal, nameWidth));
        }
    }
}

package dev.sluice.cli.terminal;

import java.time.Duration;
import java.util.List;

/// A line that counts the time of something slow, from its making to its close. On a terminal it
/// moves; elsewhere it is not seen.
public final class Stopwatch implements AutoCloseable {
    private static final String[] FRAMES = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    private static final Duration FRAME = Duration.ofMillis(100);

    private final Terminal terminal;
    private final String what;
    private final long began = System.nanoTime();
    private final Thread ticker;

    public Stopwatch(Terminal terminal, String what) {
        this.terminal = terminal;
        this.what = what;
        ticker = Thread.ofVirtual().start(this::tick);
    }

    private void tick() {
        try {
            for (var i = 0; terminal.interactive(); i++) {
                var mark = terminal.ornament(FRAMES[i % FRAMES.length], "*");
                var time = terminal.ink(Ink.DIM, Text.time(elapsed()));
                terminal.move(List.of(terminal.ink(Ink.CYAN, mark) + " " + what + " " + time));
                Thread.sleep(FRAME);
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() {
        ticker.interrupt();
        try {
            ticker.join(FRAME.multipliedBy(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        terminal.erase();
    }
}

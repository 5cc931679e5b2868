package dev.sluice.cli;

import dev.sluice.cli.stack.Job;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One drop on its way, as one line: how much is uploaded, how much is loaded, how it ended.
final class DropLine {
    private static final int STATUS_WIDTH = 28;
    private static final int SIZE_WIDTH = 7;
    private static final int LONGEST_BAR = 36;

    private final String name;
    private final long bytes;
    private long uploaded;
    private @Nullable Job job;
    private boolean told;

    DropLine(String name, long bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    static DropLine of(Job job) {
        var line = new DropLine(job.fileName(), job.drop().bytes());
        line.see(job);
        return line;
    }

    /// The same file at its start again.
    static DropLine anew(DropLine line) {
        return new DropLine(line.name, line.bytes);
    }

    void uploaded(long bytes) {
        uploaded = bytes;
    }

    void see(Job seen) {
        job = seen;
        uploaded = bytes;
    }

    Optional<Job> job() {
        return Optional.ofNullable(job);
    }

    boolean ended() {
        return job != null && job.state().isEnd();
    }

    /// True once: when the end is there and was not told yet.
    boolean endsNow() {
        if (told || !ended()) return false;
        told = true;
        return true;
    }

    int nameWidth() {
        return Text.width(Text.safe(name));
    }

    /// The line with a bar, for a terminal.
    String draw(Terminal terminal, int nameWidth) {
        var fixed = 2 + nameWidth + 2 + SIZE_WIDTH + 2 + 2 + STATUS_WIDTH;
        var barWidth = Math.clamp(terminal.width() - (long) fixed, 4, LONGEST_BAR);
        return "  "
                + Text.padRight(Text.fit(Text.safe(name), nameWidth), nameWidth)
                + "  "
                + terminal.ink(Ink.DIM, Text.padLeft(Text.bytes(bytes), SIZE_WIDTH))
                + "  "
                + terminal.bar(fraction(), barWidth, ink())
                + "  "
                + status(terminal);
    }

    /// The line without a bar, for a log.
    String tell(Terminal terminal, int nameWidth) {
        return "  "
                + Text.padRight(Text.safe(name), nameWidth)
                + "  "
                + Text.padLeft(Text.bytes(bytes), SIZE_WIDTH)
                + "  "
                + status(terminal);
    }

    // The first half of the bar is the upload, the second the load.
    private double fraction() {
        if (bytes == 0) return ended() ? 1 : 0;
        var half = 0.5 * uploaded / bytes;
        if (job == null) return half;
        if (ended()) return 1;
        return half + 0.5 * job.progress().bytesDone() / bytes;
    }

    private Ink ink() {
        return job == null ? Ink.CYAN : JobReport.ink(job);
    }

    private String status(Terminal terminal) {
        if (job == null) return uploaded < bytes || bytes == 0 ? "uploading" : "uploaded";
        return switch (job.state()) {
            case AWAITING_UPLOAD, QUEUED -> "waiting";
            case LOADING -> loading(job);
            case SUCCEEDED, SUCCEEDED_WITH_REJECTS -> succeeded(job, terminal);
            case DUPLICATE -> terminal.ink(Ink.CYAN, "already loaded");
            case FAILED, CANCELLED, EXPIRED -> terminal.ink(Ink.RED, job.state().name());
        };
    }

    private static String loading(Job job) {
        var progress = job.progress();
        if (progress.chunks() < 2) return "loading";
        return "loading, chunk "
                + progress.chunksDone()
                + " of "
                + progress.chunks()
                + (progress.planned() ? "" : "+");
    }

    private static String succeeded(Job job, Terminal terminal) {
        var took = job.took().map(Text::time).orElse("");
        var rows = Text.count(job.rows().loaded(), "row");
        var rejected = job.rows().rejected();
        if (rejected == 0) return terminal.ink(Ink.GREEN, rows) + " in " + took;
        return terminal.ink(Ink.GREEN, rows)
                + ", "
                + terminal.ink(Ink.YELLOW, Text.count(rejected, "reject"));
    }
}

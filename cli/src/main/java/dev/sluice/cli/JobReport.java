package dev.sluice.cli;

import static dev.sluice.cli.terminal.Table.left;
import static dev.sluice.cli.terminal.Table.right;

import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Reject;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Table;
import dev.sluice.cli.terminal.Table.Cell;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A job and its rejects as a person reads them.
final class JobReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final int LABEL_WIDTH = 10;

    private final Terminal out;

    JobReport(Terminal out) {
        this.out = out;
    }

    static Ink ink(Job job) {
        return switch (job.state()) {
            case SUCCEEDED -> Ink.GREEN;
            case SUCCEEDED_WITH_REJECTS -> Ink.YELLOW;
            case FAILED, CANCELLED, EXPIRED -> Ink.RED;
            case DUPLICATE, AWAITING_UPLOAD, QUEUED, LOADING -> Ink.CYAN;
        };
    }

    static Ink rejectInk(Job job) {
        return job.rows().rejected() > 0 ? Ink.YELLOW : Ink.PLAIN;
    }

    void print(Job job) {
        out.line(
                out.ink(Ink.BOLD, "Job " + job.number())
                        + "  "
                        + out.ink(ink(job), job.state().name()));
        field("id", job.id());
        field("file", Text.safe("s3://" + job.drop().bucket() + "/" + job.drop().key()));
        field("version", job.drop().versionId());
        field("size", Text.bytes(job.drop().bytes()));
        field("dataset", safe(job.dataset()));
        field("label", safe(job.label()));
        field("dropped", TIME.format(job.createdAt()));
        field("took", job.took().map(Text::time).orElse(null));
        field("chunks", chunks(job));
        field("rows", books(job));
        field("same as", job.duplicateOf());
        var failure = job.failure();
        if (failure != null) {
            field("error", out.ink(Ink.RED, Text.safe(failure.message())));
            field("", out.ink(Ink.DIM, failure.code()));
        }
    }

    private static @Nullable String safe(@Nullable String text) {
        return text == null ? null : Text.safe(text);
    }

    private void field(String name, @Nullable String value) {
        if (value == null) return;
        out.line("  " + out.ink(Ink.DIM, Text.padRight(name, LABEL_WIDTH)) + value);
    }

    private static @Nullable String chunks(Job job) {
        var progress = job.progress();
        if (progress.chunks() == 0) return null;
        return progress.chunksDone()
                + " of "
                + progress.chunks()
                + (progress.planned() ? "" : " or more");
    }

    private static String books(Job job) {
        var rows = job.rows();
        var text = new StringBuilder();
        text.append(Text.count(rows.read())).append(" read = ");
        text.append(Text.count(rows.loaded())).append(" loaded + ");
        text.append(Text.count(rows.rejected())).append(" rejected");
        if (rows.duplicate() > 0) {
            text.append(" + ").append(Text.count(rows.duplicate())).append(" duplicate");
        }
        if (rows.discarded() > 0) {
            text.append(" + ").append(Text.count(rows.discarded())).append(" discarded");
        }
        return text.toString();
    }

    /// The rejects as a table, each with what the file says there.
    void print(List<Reject> rejects) {
        var table =
                new Table(right("LINE"), left("COLUMN"), left("CODE"), Table.wrapping("REASON"));
        for (var reject : rejects) {
            var column = reject.column();
            table.row(
                    Cell.of(Text.count(reject.line())),
                    Cell.of(column == null ? "" : Text.safe(column)),
                    new Cell(reject.code(), Ink.YELLOW),
                    Cell.of(Text.safe(reason(reject))));
            var raw = reject.raw();
            if (raw != null) table.note(Text.safe(raw));
        }
        table.print(out);
    }

    // The column has a column of its own.
    private static String reason(Reject reject) {
        var column = "Column \"" + reject.column() + "\": ";
        var message = reject.message();
        return message.startsWith(column) ? message.substring(column.length()) : message;
    }
}

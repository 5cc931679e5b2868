package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Reject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Refused records as a file to mend and drop again: the bytes of the original, and the reasons
/// behind each in columns that no dataset has. Not thread-safe.
/*
 * Spreadsheets take a field that begins with = + - @ TAB or CR for a formula, and what stands in a
 * rejected record is a stranger's. So such a field gets an apostrophe, unless it is a number. Names of
 * the dataset's columns keep theirs: without them the file could not be dropped again.
 *
 * Reasons stand only where a header names them: in a file without one they would be values too many.
 */
public final class RejectFile {
    private static final List<String> REASONS =
            List.of("sluice_line", "sluice_column", "sluice_code", "sluice_message");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final int LONGEST_NUMBER = 400;

    private final Format format;
    private final Dialect dialect;
    private final Charset charset;
    private final Set<String> columns;
    private final Limits limits;
    private final OutputStream out;

    public RejectFile(Dataset dataset, Limits limits, OutputStream out) {
        this.format = dataset.format();
        this.dialect = Dialect.of(format);
        this.charset = format.encoding().charset();
        this.columns =
                dataset.columns().stream()
                        .map(Column::from)
                        .collect(Collectors.toUnmodifiableSet());
        this.limits = limits;
        this.out = out;
    }

    /// Whether the beginning of the original is wanted: without it the file would be read
    /// otherwise.
    public boolean hasBeginning() {
        return hasHeader() || format.skipLines() > 0;
    }

    private boolean hasHeader() {
        return format.header() && format.type() != Format.Type.JSONL;
    }

    /// Writes the beginning of the original, whose decompressed bytes stand at their first: what
    /// comes before the header, and the header with the names of the reasons.
    public void beginning(InputStream in) throws IOException {
        var bytes = in.readNBytes(limits.headerBytes());
        var lead = Header.behindLead(bytes, format);
        int at = Math.toIntExact(lead.byteOffset());
        if (!hasHeader()) {
            out.write(bytes, 0, at);
            return;
        }
        var rest = new ByteArrayInputStream(bytes, at, bytes.length - at);
        var records = RefusedRecords.asWritten(rest, lead, format, limits.headerBytes());
        if (!records.next()) {
            throw new FileException(ErrorCode.OBJECT_CHANGED, "The file has no header any more.");
        }
        out.write(bytes, 0, Math.toIntExact(records.byteOffset()));
        var names = new HashSet<String>();
        writeFields(records.bytes(), records.start(), records.end(), names);
        for (var reason : REASONS) {
            var name = reason;
            for (int i = 2; names.contains(name); i++) {
                name = reason + "_" + i;
            }
            writeReason(name);
        }
        out.write('\n');
    }

    /// Writes the record that was found.
    public void write(RefusedRecords records, Reject reject) throws IOException {
        records.writeTo(this, reject);
    }

    void write(byte[] bytes, int from, int to, Reject reject) throws IOException {
        if (format.type() == Format.Type.JSONL) {
            out.write(bytes, from, to - from);
        } else {
            writeFields(bytes, from, to, null);
        }
        if (hasHeader()) {
            writeReason(Long.toString(reject.line()));
            writeReason(reject.column() == null ? "" : reject.column());
            writeReason(reject.code().name());
            writeReason(reject.message());
        }
        out.write('\n');
    }

    /// Field by field, since the place for an apostrophe is behind the opening quote.
    ///
    /// @param names of a header, which are collected here
    private void writeFields(byte[] bytes, int from, int to, @Nullable Set<String> names)
            throws IOException {
        int at = from;
        while (true) {
            int quote = behindBlanks(bytes, at, to);
            boolean quoted = quote < to && bytes[quote] == dialect.quote();
            int value = quoted ? quote + 1 : at;
            int valueEnd = quoted ? closingQuote(bytes, value, to) : delimiter(bytes, value, to);
            int end = quoted ? plainDelimiter(bytes, valueEnd, to) : valueEnd;
            boolean kept = false;
            if (names != null) {
                var name = new String(bytes, value, valueEnd - value, charset);
                names.add(name);
                kept = columns.contains(name);
            }
            out.write(bytes, at, value - at);
            if (!kept && isFormula(bytes, value, valueEnd)) {
                out.write('\'');
            }
            out.write(bytes, value, end - value);
            if (end == to) {
                return;
            }
            out.write(bytes[end]);
            at = end + 1;
        }
    }

    private int behindBlanks(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && dialect.isPassedOver(bytes[at])) {
            at++;
        }
        return at;
    }

    private int delimiter(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != dialect.delimiter()) {
            at += bytes[at] == dialect.escape() ? 2 : 1;
        }
        return Math.min(at, to);
    }

    /// Behind a closing quote a backslash is text.
    private int plainDelimiter(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != dialect.delimiter()) {
            at++;
        }
        return at;
    }

    private int closingQuote(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            boolean doubles = dialect.escape() == Dialect.NONE;
            if (bytes[at] == dialect.escape()) {
                at += 2;
            } else if (bytes[at] != dialect.quote()) {
                at++;
            } else if (doubles && at + 1 < to && bytes[at + 1] == dialect.quote()) {
                at += 2;
            } else {
                return at;
            }
        }
        return to;
    }

    private static boolean isFormula(byte[] bytes, int from, int to) {
        if (from >= to) {
            return false;
        }
        return switch (bytes[from]) {
            case '=', '@', '\t', '\r' -> true;
            case '+', '-' ->
                    to - from > LONGEST_NUMBER
                            || !NUMBER.matcher(new String(bytes, from, to - from, UTF_8)).matches();
            default -> false;
        };
    }

    private void writeReason(String text) throws IOException {
        out.write(dialect.delimiter());
        byte[] bytes = text.getBytes(charset);
        var shown = isFormula(bytes, 0, bytes.length) ? "'" + text : text;
        out.write(asField(shown).getBytes(charset));
    }

    private String asField(String text) {
        var delimiter = String.valueOf(format.delimiter());
        var quote = format.quote();
        if (quote == null) {
            return text.replace(delimiter, " ").replace('\n', ' ').replace('\r', ' ');
        }
        var q = String.valueOf(quote);
        if (dialect.escape() != Dialect.NONE) {
            return q + text.replace("\\", "\\\\").replace(q, "\\" + q) + q;
        }
        boolean plain =
                !text.contains(delimiter)
                        && !text.contains(q)
                        && text.indexOf('\n') < 0
                        && text.indexOf('\r') < 0;
        return plain ? text : q + text.replace(q, q + q) + q;
    }
}

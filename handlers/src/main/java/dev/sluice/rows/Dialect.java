package dev.sluice.rows;

import dev.sluice.dataset.Format;
import org.jspecify.annotations.Nullable;

/// The bytes that part fields and hide line ends, with no byte for what the format does not have.
/* The grammar, which Splitter, FastRecords and PlainRecords must read alike:
 *
 * - A record ends at LF, CR LF or CR, and at the end of the file. A line without a byte in it is no
 *   record, however many columns are expected: a blank last line is fine, and an empty value in a
 *   file of one column is written "".
 * - A line that begins with the comment sign where a record could begin is no record either;
 *   nothing in it means anything but its end.
 * - A field that begins with the quote reaches to the next quote that is not doubled; line ends and
 *   delimiters before it are part of the value. Text between that quote and the next delimiter or
 *   line end makes the record a reject, and quotes in such text mean nothing.
 * - A field that does not begin with the quote reaches to the next delimiter or line end; quotes in
 *   it are text.
 * - With the backslash as escape, in quotes and out of them, the byte behind one means nothing, and
 *   CR LF behind one counts as one byte. Doubled quotes are then none: the first one closes. Behind
 *   a closing quote a backslash is text.
 * - Lenient: blanks (space, tab) between a delimiter or the record's start and a quote are passed
 *   over. Nothing else that lenient mends moves the end of a field or of a record.
 * - From the byte on that makes a record longer than the limit, quotes, delimiters and backslashes
 *   mean nothing: the record ends at the next line end. So an open quote can swallow no more than
 *   the limit. A backslash or the CR behind one as the last byte within the limit makes the record
 *   too long.
 *
 * JSON Lines is this grammar without delimiter and quote: a line end inside a JSON string is always
 * escaped, so any line end in the bytes ends a record.
 */
record Dialect(int delimiter, int quote, int escape, int comment, boolean lenient) {
    // no byte is ever equal to it, whether signed or not
    static final int NONE = Integer.MIN_VALUE;

    static Dialect of(Format format) {
        if (format.type() == Format.Type.JSONL) {
            return new Dialect(NONE, NONE, NONE, NONE, /* lenient= */ false);
        }
        return new Dialect(
                format.delimiter(),
                byteOf(format.quote()),
                format.escape() == Format.Escape.BACKSLASH ? '\\' : NONE,
                byteOf(format.comment()),
                format.lenient());
    }

    // all signs are ASCII
    private static int byteOf(@Nullable Character sign) {
        return sign == null ? NONE : sign;
    }

    /// Whether the byte is a blank that lenient passes over in front of a quote.
    boolean isPassedOver(int b) {
        return lenient && isBlank(b) && b != delimiter;
    }

    static boolean isBlank(int b) {
        return b == ' ' || b == '\t';
    }

    /// Whether a backslash may stand before the byte: before signs it has the same meaning wherever
    /// it is used, before letters and digits it has many.
    static boolean mayBeEscaped(byte b) {
        return b > 0 && !Character.isLetterOrDigit(b);
    }
}

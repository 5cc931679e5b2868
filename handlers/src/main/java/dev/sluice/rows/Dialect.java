package dev.sluice.rows;

import dev.sluice.dataset.Format;

/// The bytes that part fields and hide line ends, with no byte for what the format does not have.
/* The grammar, which Splitter, FastRecords and PlainRecords must read alike:
 *
 * - A record ends at LF, CR LF or CR, and at the end of the file. A line without a byte in it is no
 *   record, however many columns are expected: a blank last line is fine, and an empty value in a
 *   file of one column is written "".
 * - A field that begins with the quote reaches to the next quote that is not doubled; line ends and
 *   delimiters before it are part of the value. Text between that quote and the next delimiter or
 *   line end makes the record a reject, and quotes in such text mean nothing.
 * - A field that does not begin with the quote reaches to the next delimiter or line end; quotes in
 *   it are text.
 * - From the byte on that makes a record longer than the limit, quotes and delimiters mean nothing:
 *   the record ends at the next line end. So an open quote can swallow no more than the limit.
 *
 * JSON Lines is this grammar without delimiter and quote: a line end inside a JSON string is always
 * escaped, so any line end in the bytes ends a record.
 */
record Dialect(int delimiter, int quote) {
    // no byte is ever equal to it, whether signed or not
    static final int NONE = Integer.MIN_VALUE;

    static Dialect of(Format format) {
        if (format.type() == Format.Type.JSONL) {
            return new Dialect(NONE, NONE);
        }
        var quote = format.quote();
        return new Dialect(format.delimiter(), quote == null ? NONE : quote);
    }
}

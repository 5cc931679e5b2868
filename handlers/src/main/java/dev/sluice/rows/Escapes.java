package dev.sluice.rows;

/// What stands for characters that would otherwise end a value: quotes written twice, or
/// backslashes.
final class Escapes {
    private Escapes() {}

    /// Appends a field's value as it was meant.
    ///
    /// @return false where a backslash stands before a letter, a digit or the end; it is then text
    static boolean putValue(Records records, int field, Dialect dialect, CopyBuffer out) {
        var bytes = records.bytes();
        var from = records.fieldStart(field);
        var to = records.fieldEnd(field);
        if (!records.escaped(field)) {
            out.putBytes(bytes, from, to);
            return true;
        }
        if (dialect.escape() == Dialect.NONE) {
            putHalved(bytes, from, to, dialect.quote(), out);
            return true;
        }
        return putWithoutBackslashes(bytes, from, to, dialect, out);
    }

    private static void putHalved(byte[] bytes, int from, int to, int quote, CopyBuffer out) {
        var run = from;
        for (var i = from; i < to; i++) {
            if (bytes[i] == quote) {
                out.putBytes(bytes, run, i + 1);
                i += i + 1 < to && bytes[i + 1] == quote ? 1 : 0;
                run = i + 1;
            }
        }
        out.putBytes(bytes, run, to);
    }

    private static boolean putWithoutBackslashes(
            byte[] bytes, int from, int to, Dialect dialect, CopyBuffer out) {
        var good = true;
        for (var i = from; i < to; i++) {
            if (bytes[i] == dialect.escape()) {
                if (i + 1 < to && Dialect.mayBeEscaped(bytes[i + 1])) {
                    i++;
                } else {
                    good = false;
                }
            }
            out.putByte(bytes[i]);
        }
        return good;
    }
}

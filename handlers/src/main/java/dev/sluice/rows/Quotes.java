package dev.sluice.rows;

/// Values in quotes as the file writes them.
final class Quotes {
    private Quotes() {}

    /// Appends a field's value, its doubled quotes halved.
    static void putValue(Records records, int field, CopyBuffer out) {
        var bytes = records.bytes();
        var to = records.fieldEnd(field);
        var from = records.fieldStart(field);
        if (!records.doubled(field)) {
            out.putBytes(bytes, from, to);
            return;
        }
        var quote = bytes[from - 1];
        for (var i = from; i < to; i++) {
            out.putByte(bytes[i]);
            if (bytes[i] == quote) {
                i++;
            }
        }
    }
}

package dev.sluice.rows;

/// Checks of bytes as UTF-8, as PostgreSQL would make them.
final class Utf8 {
    private Utf8() {}

    /// Where the first byte is that is NUL or begins no character of UTF-8; `to` where all is well.
    static int firstFault(byte[] bytes, int from, int to) {
        var i = from;
        while (i < to) {
            while (i + 8 <= to && EightBytes.areAscii(EightBytes.at(bytes, i))) {
                i += 8;
            }
            while (i < to && bytes[i] > 0) {
                i++;
            }
            if (i == to) {
                return to;
            }
            var length = characterBytes(bytes, i, to);
            if (length == 0) {
                return i;
            }
            i += length;
        }
        return to;
    }

    /// How many characters (code points) valid UTF-8 has.
    static int characters(byte[] bytes, int from, int to) {
        var count = 0;
        for (var i = from; i < to; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                count++;
            }
        }
        return count;
    }

    // 0 for what is no character: overlong forms, surrogates and what is beyond U+10FFFF included
    private static int characterBytes(byte[] bytes, int i, int to) {
        var first = bytes[i] & 0xff;
        if (first >= 0xc2 && first <= 0xdf) {
            return following(bytes, i + 1, to, 0x80, 0xbf, 1) ? 2 : 0;
        }
        if (first >= 0xe0 && first <= 0xef) {
            var least = first == 0xe0 ? 0xa0 : 0x80;
            var most = first == 0xed ? 0x9f : 0xbf;
            return following(bytes, i + 1, to, least, most, 2) ? 3 : 0;
        }
        if (first >= 0xf0 && first <= 0xf4) {
            var least = first == 0xf0 ? 0x90 : 0x80;
            var most = first == 0xf4 ? 0x8f : 0xbf;
            return following(bytes, i + 1, to, least, most, 3) ? 4 : 0;
        }
        return 0;
    }

    // the second byte of a character has its own bounds, the others have the common ones
    private static boolean following(byte[] bytes, int at, int to, int least, int most, int count) {
        if (at + count > to) {
            return false;
        }
        var second = bytes[at] & 0xff;
        if (second < least || second > most) {
            return false;
        }
        for (var i = at + 1; i < at + count; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return false;
            }
        }
        return true;
    }
}

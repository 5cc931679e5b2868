package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Encoding;
import dev.sluice.job.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/// The records of another reader with their text in UTF-8. Places stay those of the file's bytes.
final class TranscodedRecords implements Records {
    // what no text in UTF-8 has: it stands for a byte that the encoding gives no character
    private static final byte[] NO_CHARACTER = {(byte) 0xff};

    private final Records records;
    private final byte[][] characters = new byte[256][];
    private final CopyBuffer text = new CopyBuffer(1024);
    // for each byte of the record, and for its end, where in the text its character starts
    private int[] places = new int[1024];
    private boolean ascii;

    TranscodedRecords(Records records, Encoding encoding) {
        this.records = records;
        for (var b = 0; b < characters.length; b++) {
            characters[b] = character(b, encoding);
        }
    }

    private static byte[] character(int b, Encoding encoding) {
        try {
            var one = ByteBuffer.wrap(new byte[] {(byte) b});
            return encoding.charset().newDecoder().decode(one).toString().getBytes(UTF_8);
        } catch (CharacterCodingException _) {
            return NO_CHARACTER;
        }
    }

    @Override
    public boolean next() throws IOException {
        if (!records.next()) {
            return false;
        }
        ascii = isAscii(records.bytes(), records.start(), records.end());
        if (!ascii) {
            transcode();
        }
        return true;
    }

    private static boolean isAscii(byte[] bytes, int from, int to) {
        for (var i = from; i < to; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private void transcode() {
        var bytes = records.bytes();
        var start = records.start();
        var length = records.end() - start;
        if (places.length <= length) {
            places = Arrays.copyOf(places, Math.max(length + 1, places.length * 2));
        }
        text.truncate(0);
        for (var i = 0; i < length; i++) {
            places[i] = text.size();
            var character = characters[bytes[start + i] & 0xff];
            text.putBytes(character, 0, character.length);
        }
        places[length] = text.size();
    }

    private int place(int index) {
        return ascii ? index : places[index - records.start()];
    }

    @Override
    public byte[] bytes() {
        return ascii ? records.bytes() : text.bytes();
    }

    @Override
    public int start() {
        return ascii ? records.start() : 0;
    }

    @Override
    public int end() {
        return ascii ? records.end() : text.size();
    }

    @Override
    public int fields() {
        return records.fields();
    }

    @Override
    public int fieldStart(int field) {
        return place(records.fieldStart(field));
    }

    @Override
    public int fieldEnd(int field) {
        return place(records.fieldEnd(field));
    }

    @Override
    public boolean quoted(int field) {
        return records.quoted(field);
    }

    @Override
    public boolean escaped(int field) {
        return records.escaped(field);
    }

    @Override
    public boolean mended() {
        return records.mended();
    }

    @Override
    public int sourceIndex(int at) {
        return ascii
                ? records.sourceIndex(at)
                : Arrays.binarySearch(places, 0, records.end() - records.start(), at);
    }

    @Override
    public Damage damage() {
        return records.damage();
    }

    @Override
    public long damageLine() {
        return records.damageLine();
    }

    @Override
    public long line() {
        return records.line();
    }

    @Override
    public long byteOffset() {
        return records.byteOffset();
    }

    @Override
    public long record() {
        return records.record();
    }

    @Override
    public Position position() {
        return records.position();
    }
}

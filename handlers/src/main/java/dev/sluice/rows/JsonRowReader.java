package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import dev.sluice.dataset.Dataset;
import dev.sluice.job.Position;
import dev.sluice.job.RejectCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows of JSON Lines: one object per line, its members the fields.
final class JsonRowReader implements RowReader {
    /*
     * A string stands for its text, which is then checked as a field of a CSV file would be; a number
     * and a boolean stand for the way they are written; null, like a member that is not there, is
     * null. For jsonb the value is taken as it is written. A member that is there twice is refused:
     * whichever counted would be a guess. Members that the dataset does not list are ignored, but
     * must be JSON.
     */
    private static final int ABSENT = -1;

    private final Records records;
    private final RowWriter rows;
    private final List<Column> columns;
    private final Map<String, List<Integer>> columnsOfMember = new HashMap<>();
    // for each column where its value is among the values of the record at hand
    private final int[] starts;
    private final int[] ends;
    private final CopyBuffer found = new CopyBuffer(1024);
    private long read;

    JsonRowReader(Records records, RowWriter rows, Dataset dataset) {
        this.records = records;
        this.rows = rows;
        this.columns = dataset.columns();
        this.starts = new int[columns.size()];
        this.ends = new int[columns.size()];
        for (var column = 0; column < columns.size(); column++) {
            columnsOfMember
                    .computeIfAbsent(columns.get(column).from(), _ -> new ArrayList<>())
                    .add(column);
        }
    }

    /// Why a record is refused before its values are looked at.
    private record Refusal(@Nullable String column, RejectCode code, String message) {}

    @Override
    public boolean next(RowBatch batch) throws IOException {
        rows.clear(batch);
        while (!batch.isFull() && records.next()) {
            read++;
            take(batch);
        }
        return !batch.isEmpty();
    }

    private void take(RowBatch batch) {
        if (rows.rejectsDamage(batch)) {
            return;
        }
        var fault = Utf8.firstFault(records.bytes(), records.start(), records.end());
        if (fault < records.end()) {
            rows.rejectByte(batch, null, fault);
            return;
        }
        var refusal = find();
        if (refusal != null) {
            rows.reject(batch, refusal.column(), refusal.code(), refusal.message());
            return;
        }
        write(batch);
    }

    private void write(RowBatch batch) {
        rows.begin(batch);
        for (var column = 0; column < starts.length; column++) {
            var good =
                    starts[column] == ABSENT
                            ? rows.putNull(batch, column)
                            : rows.put(batch, column, found.bytes(), starts[column], ends[column]);
            if (!good) {
                return;
            }
        }
        rows.end(batch);
    }

    private @Nullable Refusal find() {
        found.truncate(0);
        Arrays.fill(starts, ABSENT);
        // -1: not seen yet; a null member is seen and absent
        Arrays.fill(ends, ABSENT);
        if (Json.beginsWithByteOrderMark(records.bytes(), records.start(), records.end())) {
            return refusal(
                    "The line begins with a byte order mark, which only a file may; were files joined?");
        }
        try (var parser = Json.parser(records.bytes(), records.start(), records.end())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return notAnObject();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var refusal = member(parser, parser.currentName());
                if (refusal != null) {
                    return refusal;
                }
            }
            return parser.nextToken() == null ? null : notAnObject();
        } catch (StreamConstraintsException _) {
            return refusal(Json.BEYOND_LIMITS);
        } catch (StreamReadException e) {
            return notJson(e.getLocation());
        } catch (IOException _) {
            return notAnObject();
        }
    }

    private Refusal notJson(@Nullable JsonLocation place) {
        if (place == null || place.getByteOffset() < 0) {
            return notAnObject();
        }
        var at = Math.min(records.start() + place.getByteOffset(), records.end());
        var index = records.sourceIndex(Math.toIntExact(at));
        // in transcoded text not every byte has a place in the file
        return index < 0
                ? notAnObject()
                : refusal(
                        "The line is not one JSON object: it stops being JSON near its byte %d."
                                .formatted(index));
    }

    private @Nullable Refusal member(JsonParser parser, String name) throws IOException {
        var token = parser.nextToken();
        var wanted = columnsOfMember.get(name);
        if (wanted == null) {
            parser.skipChildren();
            return null;
        }
        if (ends[wanted.getFirst()] != ABSENT) {
            return new Refusal(
                    columns.get(wanted.getFirst()).name(),
                    RejectCode.INVALID_RECORD,
                    "The record has the member %s twice.".formatted(Shown.value(name)));
        }
        for (var column : wanted) {
            ends[column] = found.size();
        }
        return token == JsonToken.VALUE_NULL ? null : value(parser, token, wanted);
    }

    private @Nullable Refusal value(JsonParser parser, JsonToken token, List<Integer> wanted)
            throws IOException {
        var scalar = token.isScalarValue();
        var text = scalar ? parser.getText() : "";
        var written = written(parser, token);
        for (var column : wanted) {
            var json = columns.get(column).type().kind() == Kind.JSONB;
            if (!json && !scalar) {
                return nested(columns.get(column));
            }
            if (!json && token == JsonToken.VALUE_STRING && !Json.isText(text)) {
                return unstorable(columns.get(column), text);
            }
            var bytes = json ? written : text.getBytes(UTF_8);
            starts[column] = found.size();
            found.putBytes(bytes, 0, bytes.length);
            ends[column] = found.size();
        }
        return null;
    }

    // the value's own bytes; the parser stands behind it afterwards
    private byte[] written(JsonParser parser, JsonToken token) throws IOException {
        var from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        if (token.isStructStart()) {
            parser.skipChildren();
        } else {
            parser.finishToken();
        }
        var to = Math.toIntExact(parser.currentLocation().getByteOffset());
        return Arrays.copyOfRange(records.bytes(), records.start() + from, records.start() + to);
    }

    private static Refusal notAnObject() {
        return refusal("The line is not one JSON object and no more.");
    }

    private static Refusal refusal(String message) {
        return new Refusal(null, RejectCode.INVALID_RECORD, message);
    }

    private static Refusal nested(Column column) {
        return new Refusal(
                column.name(),
                RejectCode.INVALID_RECORD,
                "Column %s: an object or a list is not a value of type %s."
                        .formatted(Shown.value(column.name()), column.type().sql()));
    }

    private static Refusal unstorable(Column column, String text) {
        var nul = text.indexOf('\0') >= 0;
        return new Refusal(
                column.name(),
                nul ? RejectCode.NUL_CHARACTER : RejectCode.INVALID_UTF8,
                "Column %s: the text has %s in it."
                        .formatted(
                                Shown.value(column.name()),
                                nul ? "a NUL character" : "half a surrogate pair"));
    }

    @Override
    public long read() {
        return read;
    }

    @Override
    public long mended() {
        return 0;
    }

    @Override
    public Position position() {
        return records.position();
    }
}

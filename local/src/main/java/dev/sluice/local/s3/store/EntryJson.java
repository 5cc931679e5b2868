package dev.sluice.local.s3.store;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The journal's lines as JSON; a checksum travels as hexadecimal, a time as milliseconds.
final class EntryJson {
    private EntryJson() {}

    static byte[] write(Entry entry) throws IOException {
        return JSON.std.asBytes(
                switch (entry) {
                    case Entry.Opened it ->
                            object(
                                    "op", "opened",
                                    "versioned", it.versioned(),
                                    "created", it.created().toEpochMilli(),
                                    "sequence", it.sequence());
                    case Entry.Put it -> put(it.object(), it.upload());
                    case Entry.Marked it -> version("marked", it.marker());
                    case Entry.Removed it ->
                            object(
                                    "op", "removed",
                                    "key", it.key(),
                                    "id", it.id(),
                                    "sequence", it.sequence());
                    case Entry.Started it ->
                            object(
                                    "op", "started",
                                    "upload", it.upload().id(),
                                    "key", it.upload().key(),
                                    "time", it.upload().started().toEpochMilli(),
                                    "headers", it.upload().attributes().headers(),
                                    "metadata", it.upload().attributes().metadata());
                    case Entry.PartCame it ->
                            object(
                                    "op", "part",
                                    "upload", it.upload(),
                                    "number", it.part().number(),
                                    "file", it.part().blob().file(),
                                    "length", it.part().blob().length(),
                                    "md5", it.part().blob().md5(),
                                    "crc64", Long.toHexString(it.part().blob().crc64()),
                                    "time", it.part().time().toEpochMilli());
                    case Entry.Aborted it -> object("op", "aborted", "upload", it.upload());
                });
    }

    static Entry read(byte[] line) throws IOException {
        var fields = new Fields(JSON.std.mapFrom(line));
        return switch (fields.text("op")) {
            case "opened" ->
                    new Entry.Opened(
                            Boolean.TRUE.equals(fields.map().get("versioned")),
                            fields.time("created"),
                            fields.number("sequence"));
            case "put" -> new Entry.Put(stored(fields), fields.text("upload"));
            case "marked" ->
                    new Entry.Marked(
                            new Version.Marker(
                                    fields.text("key"),
                                    fields.text("id"),
                                    fields.number("sequence"),
                                    fields.time("time")));
            case "removed" ->
                    new Entry.Removed(
                            fields.text("key"), fields.text("id"), fields.number("sequence"));
            case "started" ->
                    new Entry.Started(
                            new Upload(
                                    fields.text("upload"),
                                    fields.text("key"),
                                    fields.time("time"),
                                    fields.attributes(),
                                    new TreeMap<>()));
            case "part" -> new Entry.PartCame(fields.text("upload"), part(fields));
            case "aborted" -> new Entry.Aborted(fields.text("upload"));
            default -> throw new IOException("unknown entry: " + fields.text("op"));
        };
    }

    private static Map<String, Object> put(Version.Stored stored, String upload) {
        var fields = version("put", stored);
        fields.put("etag", stored.etag());
        fields.put("crc64", Long.toHexString(stored.crc64()));
        fields.put("files", stored.segments().stream().map(Version.Segment::file).toList());
        fields.put("lengths", stored.segments().stream().map(Version.Segment::length).toList());
        fields.put("headers", stored.attributes().headers());
        fields.put("metadata", stored.attributes().metadata());
        fields.put("upload", upload);
        return fields;
    }

    private static Version.Stored stored(Fields fields) throws IOException {
        var files = fields.list("files");
        var lengths = fields.list("lengths");
        var segments = new Version.Segment[files.size()];
        for (int i = 0; i < segments.length; i++) {
            segments[i] =
                    new Version.Segment(
                            (String) files.get(i), ((Number) lengths.get(i)).longValue());
        }
        return new Version.Stored(
                fields.text("key"),
                fields.text("id"),
                fields.number("sequence"),
                fields.time("time"),
                fields.text("etag"),
                fields.hexadecimal("crc64"),
                List.of(segments),
                fields.attributes());
    }

    private static Upload.UploadedPart part(Fields fields) throws IOException {
        var blob =
                new Blob(
                        fields.text("file"),
                        fields.number("length"),
                        fields.text("md5"),
                        fields.hexadecimal("crc64"));
        return new Upload.UploadedPart((int) fields.number("number"), blob, fields.time("time"));
    }

    private static Map<String, Object> version(String op, Version version) {
        return object(
                "op", op,
                "key", version.key(),
                "id", version.id(),
                "sequence", version.sequence(),
                "time", version.time().toEpochMilli());
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        var fields = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    /// The fields of a line, each of which must be there.
    private record Fields(Map<String, Object> map) {
        String text(String name) throws IOException {
            return as(String.class, name);
        }

        long number(String name) throws IOException {
            return as(Number.class, name).longValue();
        }

        long hexadecimal(String name) throws IOException {
            return Long.parseUnsignedLong(text(name), 16);
        }

        Instant time(String name) throws IOException {
            return Instant.ofEpochMilli(number(name));
        }

        List<?> list(String name) throws IOException {
            return as(List.class, name);
        }

        Attributes attributes() throws IOException {
            return new Attributes(texts("headers"), texts("metadata"));
        }

        private Map<String, String> texts(String name) throws IOException {
            var texts = new LinkedHashMap<String, String>();
            Map<?, ?> found = as(Map.class, name);
            found.forEach((key, value) -> texts.put((String) key, (String) value));
            return texts;
        }

        private <T> T as(Class<T> type, String name) throws IOException {
            var value = map.get(name);
            if (!type.isInstance(value)) {
                throw new IOException(name + " is not a " + type.getSimpleName() + ": " + value);
            }
            return type.cast(value);
        }
    }
}

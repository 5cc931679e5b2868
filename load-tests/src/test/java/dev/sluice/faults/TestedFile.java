package dev.sluice.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// A file that was made up, and what must come of each of its records: whoever makes the file knows
/// it without reading it.
///
/// @param rows the good rows by their record's number
/// @param rejects the codes of the bad records by their number
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record TestedFile(
        String key, int number, byte[] content, Map<Long, Row> rows, Map<Long, String> rejects) {
    private static final String[] WORDS = {
        "plain",
        "naïve",
        "a \"quoted\" word",
        "two\nlines",
        "comma, inside",
        "日本語",
        "  blanks  ",
        ""
    };

    TestedFile {
        rows = Map.copyOf(rows);
        rejects = Map.copyOf(rejects);
    }

    /// A row as the table must hold it.
    record Row(int file, int id, @Nullable String word, @Nullable String amount) {}

    long records() {
        return (long) rows.size() + rejects.size();
    }

    /// How a file is made.
    ///
    /// @param badShare how many of a hundred records are bad
    record Recipe(int records, int badShare, boolean gzip) {
        static Recipe any(RandomGenerator random) {
            int[] shares = {0, 0, 0, 1, 10, 60};
            int[] sizes = {0, 1, 40, 300, 600, 1_200};
            return new Recipe(
                    sizes[random.nextInt(sizes.length)] + random.nextInt(50),
                    shares[random.nextInt(shares.length)],
                    random.nextInt(5) == 0);
        }
    }

    static TestedFile make(String key, int number, Recipe recipe, RandomGenerator random) {
        var text = new StringBuilder("file,id,word,amount\n");
        var rows = new TreeMap<Long, Row>();
        var rejects = new TreeMap<Long, String>();
        for (int id = 1; id <= recipe.records(); id++) {
            if (random.nextInt(100) < recipe.badShare()) {
                rejects.put((long) id, bad(text, number, id, random));
            } else {
                rows.put((long) id, good(text, number, id, random));
            }
        }
        var bytes = text.toString().getBytes(UTF_8);
        return new TestedFile(key, number, recipe.gzip() ? zipped(bytes) : bytes, rows, rejects);
    }

    /// The same content under another key or once more under the same.
    TestedFile under(String otherKey) {
        return new TestedFile(otherKey, number, content, rows, rejects);
    }

    private static Row good(StringBuilder text, int file, int id, RandomGenerator random) {
        var word = WORDS[random.nextInt(WORDS.length)];
        var amount = random.nextInt(4) == 0 ? null : "%d.%02d".formatted(id, random.nextInt(100));
        // A quoted empty field is an empty text, an unquoted one is null.
        boolean isNull = word.isEmpty() && random.nextBoolean();
        text.append(
                "%d,%d,%s,%s%n"
                        .formatted(
                                file,
                                id,
                                isNull ? "" : quoted(word),
                                amount == null ? "" : amount));
        return new Row(file, id, isNull ? null : word, amount);
    }

    private static String bad(StringBuilder text, int file, int id, RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> {
                text.append("%d,no number,x,1%n".formatted(file));
                yield "INVALID_INTEGER";
            }
            case 1 -> {
                text.append("%d,%d,\"two\nlines\",1.234%n".formatted(file, id));
                yield "TOO_MANY_DECIMALS";
            }
            case 2 -> {
                text.append("%d,,x,1%n".formatted(file));
                yield "REQUIRED";
            }
            // Only the database refuses this one.
            default -> {
                text.append("%d,%d,forbidden,1%n".formatted(file, id));
                yield "CHECK_VIOLATION";
            }
        };
    }

    private static String quoted(String word) {
        return "\"" + word.replace("\"", "\"\"") + "\"";
    }

    private static byte[] zipped(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}

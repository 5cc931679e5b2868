package dev.sluice.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// A file that was made up, and what must come of each of its records: whoever makes the file knows
/// it without reading it.
///
/// @param rows the rows that come of it by their record's number
/// @param rejects the codes of the bad records by their number
/// @param duplicates how many good records give way to another of their key
/// @param dryRun whether it is dropped for the report alone
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record TestedFile(
        Target target,
        String key,
        int number,
        byte[] content,
        Map<Long, Row> rows,
        Map<Long, String> rejects,
        long duplicates,
        boolean dryRun) {
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
        return rows.size() + rejects.size() + duplicates;
    }

    /// Whether its job must fail since it has more bad records than its dataset bears.
    boolean isTooBad() {
        return target.isTooBad(rejects.size(), records());
    }

    /// How a file is made.
    ///
    /// @param badShare how many of a hundred records are bad
    record Recipe(int records, int badShare, boolean gzip, boolean dryRun) {
        static Recipe any(RandomGenerator random) {
            int[] shares = {0, 0, 0, 1, 10, 60};
            int[] sizes = {0, 1, 40, 300, 600, 1_200};
            return new Recipe(
                    sizes[random.nextInt(sizes.length)] + random.nextInt(50),
                    shares[random.nextInt(shares.length)],
                    random.nextInt(5) == 0,
                    random.nextInt(12) == 0);
        }
    }

    /// @param name the last part of its key
    static TestedFile make(
            Target target, String name, int number, Recipe recipe, RandomGenerator random) {
        var text = new StringBuilder("file,id,word,amount\n");
        var rows = new TreeMap<Long, Row>();
        var rejects = new TreeMap<Long, String>();
        var recordOfId = new HashMap<Integer, Long>();
        var ids = new ArrayList<Integer>();
        long duplicates = 0;
        for (int record = 1; record <= recipe.records(); record++) {
            if (random.nextInt(100) < recipe.badShare()) {
                rejects.put((long) record, bad(text, number, record, random));
                continue;
            }
            // Of good records only: a bad one that another supersedes is seen by nobody.
            boolean again = target.hasKey() && !ids.isEmpty() && random.nextInt(8) == 0;
            int id = again ? ids.get(random.nextInt(ids.size())) : record;
            ids.add(id);
            var row = good(text, number, id, random);
            var before = recordOfId.get(id);
            duplicates += before == null ? 0 : 1;
            if (before == null || target == Target.UPSERTING) {
                recordOfId.put(id, (long) record);
                rows.put((long) record, row);
            }
            if (before != null && target == Target.UPSERTING) {
                rows.remove(before);
            }
        }
        var bytes = text.toString().getBytes(UTF_8);
        return new TestedFile(
                target,
                TestedStack.TENANT + "/" + target.dataset() + "/" + name,
                number,
                recipe.gzip() ? zipped(bytes) : bytes,
                rows,
                rejects,
                duplicates,
                recipe.dryRun());
    }

    String name() {
        return key.substring(key.lastIndexOf('/') + 1);
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

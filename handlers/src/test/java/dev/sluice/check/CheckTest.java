package dev.sluice.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The danger: the check passes over a file, or takes a refused file for a good one.
class CheckTest {
    @TempDir Path folder;

    @Test
    void tellsOfEachFileWhatAJobWouldLoadAndRefuse() throws IOException {
        Files.createDirectory(folder.resolve("deep"));
        Files.writeString(folder.resolve("deep/good.csv"), "a,b\n1,2\n3\n");
        Files.writeString(folder.resolve("empty.csv"), "");
        Files.write(folder.resolve("archive.csv"), "PK\u0003\u0004".getBytes(UTF_8));
        var said = check(0, "format", "{}");
        assertThat(said)
                .contains(
                        "refused    archive.csv: UNSUPPORTED_FILE: The file is a zip archive",
                        "agrees     deep/good.csv: 2 records, 1 row, 1 reject {MISSING_FIELD=1}; 10"
                                + " chunk sizes",
                        "           line 3: MISSING_FIELD: The record has 1 field where 2 are",
                        "agrees     empty.csv: 0 records",
                        "3 files: 2 agree, 1 refused as a whole, 0 with differences (seed 1)",
                        "2 records: 1 row, 1 reject {MISSING_FIELD=1}");
    }

    @Test
    void takesOneFile() throws IOException {
        Files.writeString(folder.resolve("one.csv"), "a\n1\n");
        Files.writeString(folder.resolve("two.csv"), "a\n1\n");
        folder = folder.resolve("one.csv");
        assertThat(check(0, "format", "{}"))
                .startsWith(
                        "agrees     one.csv: 1 record, 1 row, 0 rejects; 4 chunk sizes\n1 file:");
    }

    @Test
    void namesAFileThatCannotBeRead() throws IOException {
        // a regular file to the system, whose first page no process has
        folder = Path.of("/proc/self/mem");
        assertThat(check(1, "format", "{}"))
                .startsWith("UNREAD     mem: ")
                .contains("1 file: 0 agree", "1 could not be opened");
    }

    @Test
    void looksAtEveryMemberOfJsonLines() throws IOException {
        var lines = "{\"a\":1}\n{\"a\":1,\"it's \\\"b\\\"\":\"\\u0000\"}\n";
        Files.writeString(folder.resolve("x.jsonl"), lines);
        assertThat(check(0, "format", "{type: jsonl}"))
                .contains("1 row, 1 reject {INVALID_JSON=1}");
    }

    @Test
    void saysThatMoreColumnsThanATableHasAreNotLookedAt() throws IOException {
        Files.writeString(folder.resolve("wide.csv"), "x,".repeat(1_599) + "x\n");
        assertThat(check(0, "format", "{}")).contains("wide.csv has more than 1598 columns");
    }

    @Test
    void takesADatasetOfTheAssetsOrAnyFile() throws IOException {
        var file = folder.resolve("d.yaml");
        Files.writeString(
                file,
                "dataset: d\ntable: d\nformat: {lenient: true}\ncolumns: [{name: a, type: integer}]\n");
        Files.createDirectory(folder.resolve("in"));
        Files.writeString(folder.resolve("in/x.csv"), "a\n 1\n");
        folder = folder.resolve("in");
        assertThat(check(0, "file", file.toString())).contains("1 row, 0 rejects, 1 mended");
        assertThat(check(0, "dataset", "navaids")).contains("refused    x.csv: MISSING_COLUMN");
        assertThat(check(2, "dataset", "nothing")).contains("There is no dataset \"nothing\".");
    }

    @Test
    void refusesAFormatAsSuchAndNotEachFileByIt() throws IOException {
        Files.writeString(folder.resolve("x.csv"), "a\n1\n");
        assertThat(check(2, "format", "{quote: none}"))
                .isEqualTo("--format: quote must be one character.\n");
    }

    private String check(int exit, String kind, String which) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, UTF_8)) {
            var arguments = List.of(folder.toString(), "../assets", "1", "8", "1", kind, which);
            assertThat(Check.run(out, arguments)).isEqualTo(exit);
        }
        return said.toString(UTF_8);
    }
}

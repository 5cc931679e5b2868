package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The danger: a file that a spreadsheet executes, or one that can't be dropped again.
class RejectFileTest {
    @TempDir Path folder;

    private static final String COLUMNS =
            """
            columns:
              - {name: id, type: bigint}
              - {name: note, from: "=note", type: text}
            """;

    @Test
    void putsTheReasonsBehindTheBytesOfTheRecord() throws Exception {
        assertThat(file("", "id,other\r\n", "x,\"a\r\nb\" \r\n", "no \"number\", that"))
                .isEqualTo(
                        """
                        id,other,sluice_line,sluice_column,sluice_code,sluice_message
                        x,"a\r
                        b" ,2,id,INVALID_INTEGER,"no ""number"", that"
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "=1+1,a          | '=1+1,a",
                "a,+49 170       | a,'+49 170",
                "-cmd,@x         | '-cmd,'@x",
                "\"=\"\"x\"\"\",b | \"'=\"\"x\"\"\",b",
                "\"\tx\",\"\rx\" | \"'\tx\",\"'\rx\"",
                "-5,+7.5e-3      | -5,+7.5e-3",
                "-.5,+.          | -.5,'+.",
                "a=b,' =c        | a=b,' =c",
                "1,\"open =x,=y  | 1,\"open =x,=y",
                "\"a\"=x,=y      | \"a\"=x,'=y",
            })
    void letsNoFieldBeginAFormula(String record, String expected) throws Exception {
        assertThat(file("", "id,other\n", record.replace("\\t", "\t") + "\n", "m").lines().skip(1))
                .first()
                .asString()
                .startsWith(expected.split("\r", 2)[0]);
    }

    @Test
    void keepsTheNamesOfColumnsAndNoOthers() throws Exception {
        assertThat(file("", "id,=note,=other,\"=more\"\n", "1,2,3,4\n", "m"))
                .startsWith("id,=note,'=other,\"'=more\",sluice_line,");
    }

    @Test
    void namesItsColumnsSoThatNoNameComesTwice() throws Exception {
        assertThat(file("", "id,sluice_line,sluice_line_2\n", "1,2,3\n", "m"))
                .startsWith("id,sluice_line,sluice_line_2,sluice_line_3,sluice_column,");
    }

    @Test
    void keepsTheByteOrderMarkAndBytesThatAreNoText() throws Exception {
        var latin = "\u00ef\u00bb\u00bfid,note\nx,\u00e4\u0000\n";
        var out = new ByteArrayOutputStream();
        write(dataset(""), latin.getBytes(ISO_8859_1), "x,", out, null, "m");

        assertThat(out.toString(ISO_8859_1))
                .startsWith("\u00ef\u00bb\u00bfid,note,sluice_line")
                .contains("\nx,\u00e4\u0000,2,,INVALID_INTEGER,m\n");
    }

    @Test
    void leavesRecordsAloneWhereNoHeaderNamesReasons() throws Exception {
        assertThat(file("format: {type: csv, header: false}\n", "", "x,=1\n", "m"))
                .isEqualTo("x,'=1\n");
        assertThat(file("format: {type: jsonl}\n", "", "{\"id\": \"=x\"}\n", "m"))
                .isEqualTo("{\"id\": \"=x\"}\n");
    }

    @Test
    void keepsToTheDialectOfTheFile() throws Exception {
        var format = "format: {type: csv, escape: backslash, skipLines: 1, comment: \"#\"}\n";
        var header = "made today\n# names\nid,other\n";

        assertThat(file(format, header, "x\\,=y,\"=\\\"z\"\n", "a \"b\""))
                .isEqualTo(
                        header.strip()
                                + ",\"sluice_line\",\"sluice_column\",\"sluice_code\",\"sluice_message\"\n"
                                + "x\\,=y,\"'=\\\"z\",\"2\",\"id\",\"INVALID_INTEGER\",\"a \\\"b\\\"\"\n");
    }

    @Test
    void writesReasonsInTheEncodingOfTheFile() throws Exception {
        var out = new ByteArrayOutputStream();
        var content = "id,other\nx,\u00e4\n".getBytes(ISO_8859_1);
        var latin = dataset("format: {type: csv, encoding: iso-8859-1}\n");
        write(latin, content, "x,", out, "id", "\u00e4!");

        assertThat(out.toString(ISO_8859_1)).endsWith("x,\u00e4,2,id,INVALID_INTEGER,\u00e4!\n");
    }

    @Test
    void writesWithTheDelimiterOfTheFile() throws Exception {
        assertThat(file("format: {type: tsv, quote: \"\"}\n", "id\tother\n", "=x\ty\n", "a\tb"))
                .endsWith("\n'=x\ty\t2\tid\tINVALID_INTEGER\ta b\n");
    }

    private String file(String format, String header, String record, String message)
            throws IOException {
        var out = new ByteArrayOutputStream();
        write(dataset(format), (header + record).getBytes(UTF_8), record, out, "id", message);
        return out.toString(UTF_8);
    }

    private static void write(
            Dataset dataset,
            byte[] content,
            String record,
            ByteArrayOutputStream out,
            @Nullable String column,
            String message)
            throws IOException {
        var file = new RejectFile(dataset, Limits.DEFAULT, out);
        if (file.hasBeginning()) {
            file.beginning(new ByteArrayInputStream(content));
        }
        int offset = new String(content, ISO_8859_1).indexOf(record.substring(0, 2));
        int line = 2;
        var reject =
                new Reject(1, line, offset, column, RejectCode.INVALID_INTEGER, message, "raw");
        var records =
                RefusedRecords.open(
                        new ByteArrayInputStream(content, offset, content.length - offset),
                        reject,
                        dataset,
                        Limits.DEFAULT);
        assertThat(records.find(reject)).isTrue();
        file.write(records, reject);
    }

    private Dataset dataset(String format) throws IOException {
        var file = Files.createDirectories(folder.resolve("datasets")).resolve("d.yaml");
        // columns of a file without a header count by position and have no names in it
        var columns =
                format.contains("header: false")
                        ? COLUMNS.replace(" from: \"=note\",", "")
                        : COLUMNS;
        Files.writeString(file, "dataset: d\ntable: d\n" + format + columns);
        return new Assets(folder).dataset("d");
    }
}

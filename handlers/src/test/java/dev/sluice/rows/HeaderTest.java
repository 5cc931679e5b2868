package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Position;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: values land in the wrong column, or a file is refused for what is harmless.
class HeaderTest {
    private static final Format CSV = Format.of(Format.Type.CSV);
    private static final ColumnType TEXT = ColumnType.of(ColumnType.Kind.TEXT);
    private static final Dataset DATASET =
            Dataset.of("d", CSV, List.of(required("id"), Column.of("note", TEXT)));

    private static Column required(String name) {
        return new Column(name, name, TEXT, /* required= */ true, null, null, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id,note\n1,x",
                "id,note\r\n1,x",
                "id,note\r1,x",
                "\uFEFFid,note\n1,x",
                "\uFEFF\"id\",\"note\"\n1,x",
                "\n\r\nid,note\n1,x"
            })
    void readsTheNamesAndNoByteMore(String file) throws IOException {
        var in = in(file);
        var header = Header.read(in, DATASET, Limits.DEFAULT);
        assertThat(header.layout().names()).containsExactly("id", "note");
        assertThat(header.next().record()).isEqualTo(1);
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("1,x");
        assertThat(header.next().byteOffset()).isEqualTo(file.getBytes(UTF_8).length - 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF", "\n", "\r\n\r\n"})
    void takesAFileWithoutRecords(String file) throws IOException {
        var header = Header.read(in(file), DATASET, Limits.DEFAULT);
        assertThat(header.layout().names()).containsExactly("id", "note");
        assertThat(header.next().record()).isEqualTo(1);
    }

    @Test
    void takesAHeaderAlone() throws IOException {
        assertThat(Header.read(in("note,id"), DATASET, Limits.DEFAULT).next())
                .isEqualTo(new Position(7, 1, 1));
    }

    @Test
    void takesOtherOrdersFurtherColumnsAndAbsentOnes() throws IOException {
        var header = Header.read(in("x,id,\"y \"\"z\"\"\"\n"), DATASET, Limits.DEFAULT);
        assertThat(header.layout().names()).containsExactly("x", "id", "y \"z\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    note,x     | MISSING_COLUMN | The header lacks the required column "id".
                    ID,note    | MISSING_COLUMN | The header lacks the required column "id" (it has "ID"; names are compared as they are written).
                    ' id,note' | MISSING_COLUMN | The header lacks the required column "id" (it has " id"; names are compared as they are written).
                    id,id      | INVALID_HEADER | The header names the column "id" twice.
                    id,x,x     | INVALID_HEADER | The header names the column "x" twice.
                    id,,x      | INVALID_HEADER | Column 2 of the header has no name.
                    id,        | INVALID_HEADER | Column 2 of the header has no name.
                    'id,"x'    | INVALID_HEADER | In the header: The quote that opens in line 1 is never closed.
                    'id,"x"y'  | INVALID_HEADER | In the header: There is text behind the closing quote of the value that starts in line 1.
                    """)
    void refusesWhatCannotBeTold(String header, ErrorCode code, String message) {
        assertThatThrownBy(() -> Header.read(in(header + "\n1,2\n"), DATASET, Limits.DEFAULT))
                .isInstanceOfSatisfying(
                        FileException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void refusesAFileWhoseFirstLineIsData() {
        var dataset = Dataset.of("d", CSV, List.of(Column.of("note", TEXT)));
        assertThatThrownBy(() -> Header.read(in("1,x\n2,y\n"), dataset, Limits.DEFAULT))
                .hasMessage("The first line names none of the dataset's columns: it is \"1,x\".");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() {
        var bytes = new byte[] {'i', 'd', ',', (byte) 0xe9, '\n'};
        assertThatThrownBy(
                        () -> Header.read(new ByteArrayInputStream(bytes), DATASET, Limits.DEFAULT))
                .hasMessage(
                        "The header is not valid UTF-8 text: 0xE9 at byte offset 3 of the file.");
    }

    @Test
    void saysOfUtf16WithoutAMarkWhatItMayBe() {
        var bytes = "id,note\n1,x\n".getBytes(UTF_16LE);
        assertThatThrownBy(
                        () -> Header.read(new ByteArrayInputStream(bytes), DATASET, Limits.DEFAULT))
                .hasMessage(
                        "The header has a NUL character at byte offset 1 of the file; UTF-16 looks"
                                + " so.");
    }

    @Test
    void readsALongHeaderAndRefusesAnEndlessOne() throws IOException {
        var wide = "id," + "x".repeat(300_000) + "\n";
        assertThat(Header.read(in(wide + "1,2"), DATASET, Limits.DEFAULT).next().byteOffset())
                .isEqualTo(wide.length());
        var endless = "id," + "x".repeat(2_000_000);
        assertThatThrownBy(() -> Header.read(in(endless), DATASET, Limits.DEFAULT))
                .hasMessage("The header is longer than 1048576 bytes.");
    }

    @Test
    void countsColumnsByPositionWithoutAHeader() throws IOException {
        var format = new Format(Format.Type.CSV, /* header= */ false, ',', '"', "");
        var dataset = Dataset.of("d", format, DATASET.columns());
        var in = in("\uFEFF1,x\n");
        var header = Header.read(in, dataset, Limits.DEFAULT);
        assertThat(header)
                .isEqualTo(new Header(new Layout(List.of("id", "note")), new Position(3, 1, 1)));
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("1,x\n");
    }

    @Test
    void layoutComesBackFromItsText() {
        var layout = new Layout(List.of("a", "b \"c\", d", "é\n😀", "[]"));
        assertThat(Layout.parse(layout.text())).isEqualTo(layout);
        assertThat(Layout.parse(new Layout(List.of()).text()).names()).isEmpty();
        assertThatThrownBy(() -> Layout.parse("nonsense"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static BufferedInputStream in(String text) {
        return new BufferedInputStream(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }
}

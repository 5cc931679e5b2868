package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.job.ErrorCode;
import dev.sluice.rows.FileInput.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: rows missing in silence because a gzip file is damaged where a lenient reader sees
/// its end, a small file that fills the machine, and a file of another kind read as text.
class FileInputTest {
    private static final byte[] TEXT = text(50_000);

    @Test
    void readsPlainBytesAsTheyAre() throws IOException {
        var input = open(TEXT);
        assertThat(input.compression()).isEqualTo(Compression.NONE);
        assertThat(input.readAllBytes()).isEqualTo(TEXT);
        assertThat(input.sourceBytes()).isEqualTo(TEXT.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void readsTheShortestFiles(int length) throws IOException {
        assertThat(open(text(length)).readAllBytes()).isEqualTo(text(length));
        assertThat(open(gzip(text(length))).readAllBytes()).isEqualTo(text(length));
    }

    @Test
    void readsAllMembersOfAGzipFile() throws IOException {
        var file = joined(gzip(TEXT), gzip(new byte[0]), gzip(text(1)), gzip(TEXT));
        var input = open(file);
        assertThat(input.compression()).isEqualTo(Compression.GZIP);
        assertThat(input.readAllBytes()).isEqualTo(joined(TEXT, text(1), TEXT));
    }

    @Test
    void refusesAGzipFileCutAnywhere() throws IOException {
        var first = gzip(text(300));
        var file = joined(first, gzip(text(200)));
        for (var length = 2; length < file.length; length++) {
            var cut = Arrays.copyOf(file, length);
            if (length == first.length) {
                assertThat(read(cut)).isEqualTo(text(300));
            } else {
                assertFails(cut, ErrorCode.CORRUPT_GZIP);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "\0", "\0\0\0\0\0\0\0\0\0\0\0\0", "\u001f", "\u001f\u008b"})
    void refusesOtherBytesBehindTheEnd(String behind) throws IOException {
        assertFails(joined(gzip(TEXT), behind.getBytes(ISO_8859_1)), ErrorCode.CORRUPT_GZIP);
    }

    @Test
    void refusesAFlippedBitInTheDataAndItsSum() throws IOException {
        var file = gzip(TEXT);
        for (var at : new int[] {file.length / 2, file.length - 1, file.length - 8}) {
            var flipped = file.clone();
            flipped[at] ^= 0x10;
            assertFails(flipped, ErrorCode.CORRUPT_GZIP);
        }
    }

    @Test
    void refusesACorruptHeaderOfALaterMember() throws IOException {
        var second = gzip(text(10));
        second[2] = 7;
        assertFails(joined(gzip(TEXT), second), ErrorCode.CORRUPT_GZIP);
    }

    @Test
    void stopsABombByItsRatio() throws IOException {
        var bomb = gzip(new byte[4 * 1024 * 1024]);
        var limits = new Limits(1024, 64, 1024, 200, 1024 * 1024, 1L << 40);
        var input = FileInput.open(new ByteArrayInputStream(bomb), limits);
        assertThatThrownBy(input::readAllBytes)
                .isInstanceOf(FileException.class)
                .hasMessage(
                        "The gzip file expands to more than 200 times its size, which is over the"
                                + " limit.")
                .extracting(e -> ((FileException) e).code())
                .isEqualTo(ErrorCode.EXPANSION_LIMIT);
    }

    @Test
    void letsWhatIsSmallExpandAsItLikes() throws IOException {
        var small = new byte[1024 * 1024];
        Arrays.fill(small, (byte) 'a');
        assertThat(read(gzip(small))).isEqualTo(small);
    }

    @Test
    void stopsAtTheAbsoluteCapWhateverTheRatio() throws IOException {
        var random = new byte[100_000];
        new Random(1).nextBytes(random);
        random[0] = 'a';
        var limits = new Limits(1024, 64, 1024, 200, 1024, 99_999);
        var input = FileInput.open(new ByteArrayInputStream(gzip(random)), limits);
        assertThatThrownBy(input::readAllBytes)
                .isInstanceOf(FileException.class)
                .hasMessageContaining("99999 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "504b0304aabb, a zip archive",
        "504b0506, a zip archive",
        "fd377a585a0000, xz",
        "5041523115, Parquet",
        "4f52430a11, '' ",
        "4f524311, ORC",
        "4f626a0103, Avro",
        "d0cf11e0a1b11ae1, old Microsoft Office",
        "255044462d312e37, PDF",
        "fffe61006200, UTF-16",
        "feff00610062, UTF-16",
    })
    void namesWhatAFileIs(String hex, String name) throws IOException {
        var bytes = HexFormat.of().parseHex(hex);
        if (name.isBlank()) {
            assertThat(read(bytes)).isEqualTo(bytes);
            return;
        }
        assertThatThrownBy(() -> open(bytes))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith("The file is")
                .hasMessageContaining(name);
        assertThatThrownBy(() -> open(gzip(bytes)))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith("Inside the gzip file is")
                .hasMessageContaining(name);
    }

    @Test
    void namesAnExcelWorkbook() {
        var name = "PK\u0003\u0004aaaaaaaaaaaaaaaaaaaaaaaaaa[Content_Types].xml";
        assertThatThrownBy(() -> open(name.getBytes(ISO_8859_1))).hasMessageContaining("Excel");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PAR1,PAR2\n", "BZh9,b\n", "ORC,b\n", "Objects\n", "PK,b\n", "BZh91AX\n"})
    void takesATextThatOnlyBeginsLikeAnotherKind(String text) throws IOException {
        assertThat(new String(read(text.getBytes(UTF_8)), UTF_8)).isEqualTo(text);
    }

    @Test
    void refusesATarInside() throws IOException {
        var tar = new byte[1024];
        Arrays.fill(tar, (byte) 'a');
        System.arraycopy("ustar\0".getBytes(ISO_8859_1), 0, tar, 257, 6);
        assertThatThrownBy(() -> open(gzip(tar))).hasMessageContaining("a tar archive");
    }

    @Test
    void refusesGzipInGzip() throws IOException {
        assertThatThrownBy(() -> open(gzip(gzip(TEXT))))
                .hasMessageContaining("compressed twice: inside the gzip file is a gzip file");
    }

    @Test
    void passesOnTheSourcesOwnFailure() throws IOException {
        var file = gzip(TEXT);
        assertThatThrownBy(() ->
                        FileInput.open(new BreakingOff(file, file.length / 2), Limits.DEFAULT)
                                .readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessage("reset");
    }

    /// A source that breaks off, which is no fault of the file.
    private static final class BreakingOff extends InputStream {
        private final InputStream in;
        private int left;

        BreakingOff(byte[] bytes, int left) {
            this.in = new ByteArrayInputStream(bytes);
            this.left = left;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("reset");
            }
            var n = in.read(bytes, offset, Math.min(length, left));
            left -= n;
            return n;
        }
    }

    private static void assertFails(byte[] file, ErrorCode code) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(
                        FileException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static byte[] read(byte[] file) throws IOException {
        return open(file).readAllBytes();
    }

    private static FileInput open(byte[] file) throws IOException {
        return FileInput.open(new Reading.Dribble(new ByteArrayInputStream(file)), Limits.DEFAULT);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] text(int length) {
        var text = new byte[length];
        for (var i = 0; i < length; i++) {
            text[i] = (byte) ('a' + i * 31 % 26);
        }
        return text;
    }
}

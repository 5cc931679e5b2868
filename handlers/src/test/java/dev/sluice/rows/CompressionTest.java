package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.sluice.job.ErrorCode;
import dev.sluice.rows.FileInput.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The danger: what a packer wrote comes out short, longer or otherwise, and nobody says so. The
/// same for every kind of packing.
class CompressionTest {
    private static final byte[] TEXT = "id,name\n1,a\n2,b\n".repeat(3_000).getBytes(UTF_8);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void readsAllMembersOneAfterTheOther(Compression kind) throws IOException {
        var file = joined(pack(kind, TEXT), pack(kind, new byte[0]), pack(kind, TEXT));
        var input = open(file);
        assertThat(input.compression()).isEqualTo(kind);
        assertThat(input.readAllBytes()).isEqualTo(joined(TEXT, TEXT));
        assertThat(open(pack(kind, new byte[0])).readAllBytes()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesAFileCutAnywhere(Compression kind) throws IOException {
        var first = pack(kind, Arrays.copyOf(TEXT, 300));
        var file = joined(first, pack(kind, Arrays.copyOf(TEXT, 200)));
        // shorter than this it may be any text
        for (var length = 10; length < file.length; length++) {
            var cut = Arrays.copyOf(file, length);
            if (length == first.length) {
                assertThat(open(cut).readAllBytes()).hasSize(300);
            } else {
                assertDamaged(kind, cut);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesOtherBytesBehindTheEnd(Compression kind) throws IOException {
        for (var behind : new String[] {"garbage", "\0", "\0\0\0\0\0\0\0\0\0\0\0\0", "B", "("}) {
            assertDamaged(kind, joined(pack(kind, TEXT), behind.getBytes(UTF_8)));
        }
        for (var other : Compression.values()) {
            if (other != kind && other != Compression.NONE) {
                assertDamaged(kind, joined(pack(kind, TEXT), pack(other, TEXT)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesACorruptHeaderOfALaterMember(Compression kind) throws IOException {
        var second = pack(kind, TEXT);
        second[2] ^= 0x7f;
        assertDamaged(kind, joined(pack(kind, TEXT), second));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesAFlippedBitOrGivesTheSameBytes(Compression kind) throws IOException {
        var file = pack(kind, TEXT);
        for (var bit = 10 * 8; bit < file.length * 8; bit += 5) {
            var flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                // a bit that means nothing, such as a time stamp's or a filler's
                assertThat(open(flipped).readAllBytes()).isEqualTo(TEXT);
            } catch (FileException e) {
                assertThat(e.code()).isEqualTo(code(kind));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void stopsABombByItsRatio(Compression kind) throws IOException {
        var bomb = pack(kind, new byte[8 * 1024 * 1024]);
        var limits = new Limits(1024, 64, 1024, 30, 1024 * 1024, 1L << 40);
        assertThatThrownBy(
                        () -> FileInput.open(new ByteArrayInputStream(bomb), limits).readAllBytes())
                .isInstanceOf(FileException.class)
                .hasMessage(
                        "The %s file expands to more than 30 times its size, which is over the limit.",
                        kind.name().toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @CsvSource({"GZIP,BZIP2", "GZIP,ZSTD", "BZIP2,GZIP", "BZIP2,BZIP2", "ZSTD,ZSTD", "ZSTD,GZIP"})
    void refusesWhatIsCompressedTwice(Compression outer, Compression inner) throws IOException {
        var file = pack(outer, pack(inner, TEXT));
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("compressed twice: inside the ");
    }

    @Test
    void readsZstdFramesWithFramesToSkip() throws IOException {
        var skippable = HexFormat.of().parseHex("502a4d1804000000aabbccdd");
        var file = joined(skippable, pack(Compression.ZSTD, TEXT), skippable);
        assertThat(open(file).readAllBytes()).isEqualTo(TEXT);
    }

    private static void assertDamaged(Compression kind, byte[] file) {
        assertThatThrownBy(() -> open(file).readAllBytes())
                .isInstanceOfSatisfying(
                        FileException.class, e -> assertThat(e.code()).isEqualTo(code(kind)));
    }

    private static ErrorCode code(Compression kind) {
        return ErrorCode.valueOf("CORRUPT_" + kind);
    }

    private static FileInput open(byte[] file) throws IOException {
        return FileInput.open(new Reading.Dribble(new ByteArrayInputStream(file)), Limits.DEFAULT);
    }

    private static byte[] pack(Compression kind, byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        switch (kind) {
            case NONE -> out.writeBytes(bytes);
            case GZIP -> {
                try (var gzip = new GZIPOutputStream(out)) {
                    gzip.write(bytes);
                }
            }
            case BZIP2 -> {
                try (var bzip2 = new BZip2CompressorOutputStream(out)) {
                    bzip2.write(bytes);
                }
            }
            case ZSTD -> {
                try (var zstd = new ZstdOutputStream(out)) {
                    zstd.setChecksum(true);
                    zstd.write(bytes);
                }
            }
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
}

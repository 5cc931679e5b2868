package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.job.ErrorCode;
import dev.sluice.rows.FileInput.Compression;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The first bytes by which a file tells what it is.
final class Magic {
    /// How many bytes from the beginning are looked at.
    static final int BYTES = 1024;

    private static final int TAR_MAGIC_OFFSET = 257;
    private static final HexFormat HEX = HexFormat.of();
    private static final String ZSTD = "(\u00b5/\u00fd";

    // the magic bytes as the characters of ISO 8859-1
    private record Kind(String name, String magic) {
        static Kind hex(String name, String magic) {
            return new Kind(name, new String(HEX.parseHex(magic), ISO_8859_1));
        }

        boolean begins(byte[] bytes) {
            return startsWith(bytes, 0, magic);
        }
    }

    // none of these can begin a text in UTF-8, or only one that nobody would write
    private static final List<Kind> KINDS =
            List.of(
                    Kind.hex("a zip archive", "504b0506"),
                    Kind.hex("a zip archive", "504b0708"),
                    Kind.hex("an xz file", "fd377a585a00"),
                    Kind.hex("an lz4 file", "04224d18"),
                    Kind.hex("a snappy file", "ff060000734e61507059"),
                    Kind.hex("a 7z archive", "377abcaf271c"),
                    Kind.hex("a compress (.Z) file", "1f9d"),
                    Kind.hex("an old Microsoft Office document", "d0cf11e0a1b11ae1"),
                    new Kind("an Avro file", "Obj\u0001"),
                    new Kind("an Arrow file", "ARROW1\u0000\u0000"),
                    new Kind("a PDF document", "%PDF-"),
                    new Kind("a SQLite database", "SQLite format 3\u0000"),
                    new Kind("a PostgreSQL dump", "PGDMP"),
                    new Kind("a PostgreSQL binary copy", "PGCOPY\n\u00ff\r\n\u0000"));

    private static final List<Kind> ENCODINGS =
            List.of(
                    Kind.hex("UTF-32", "fffe0000"),
                    Kind.hex("UTF-32", "0000feff"),
                    Kind.hex("UTF-16", "fffe"),
                    Kind.hex("UTF-16", "feff"));

    private Magic() {}

    /// How a file that begins like this is packed.
    static Compression compression(byte[] beginning) {
        if (startsWith(beginning, 0, "\u001f\u008b")) {
            return Compression.GZIP;
        }
        if (startsWith(beginning, 0, ZSTD) || isSkippableFrame(beginning)) {
            return Compression.ZSTD;
        }
        // a header may well begin with these letters; what follows them tells
        var bzip2 =
                startsWith(beginning, 0, "BZh")
                        && (startsWith(beginning, 4, "1AY&SY")
                                || startsWith(beginning, 4, "\u0017rE8P\u0090"));
        return bzip2 ? Compression.BZIP2 : Compression.NONE;
    }

    // what a zstd file may have in front of its first frame
    private static boolean isSkippableFrame(byte[] bytes) {
        return bytes.length > 0 && (bytes[0] & 0xf0) == 0x50 && startsWith(bytes, 1, "*M\u0018");
    }

    /// Throws what says why the file cannot hold records, if it cannot.
    static void refuseWhatIsNotText(byte[] beginning, String subject) {
        for (var encoding : ENCODINGS) {
            if (encoding.begins(beginning)) {
                throw new FileException(
                        ErrorCode.UNSUPPORTED_ENCODING,
                        "%s text in %s; only UTF-8 is read.".formatted(subject, encoding.name()));
            }
        }
        archiveOrDocument(beginning)
                .ifPresent(name -> {
                    throw new FileException(
                            ErrorCode.UNSUPPORTED_FILE,
                            "%s %s; only text is read, plain or packed by gzip, zstd or bzip2."
                                    .formatted(subject, name));
                });
    }

    private static Optional<String> archiveOrDocument(byte[] beginning) {
        for (var kind : KINDS) {
            if (kind.begins(beginning)) {
                return Optional.of(kind.name());
            }
        }
        if (startsWith(beginning, 0, "PK\u0003\u0004")) {
            return Optional.of(
                    new String(beginning, ISO_8859_1).contains("[Content_Types].xml")
                            ? "an Excel workbook or another Office document"
                            : "a zip archive");
        }
        if (startsWith(beginning, 0, "PAR1") && noTextAt(beginning, 4)) {
            return Optional.of("a Parquet file");
        }
        if (startsWith(beginning, 0, "ORC") && noTextAt(beginning, 3)) {
            return Optional.of("an ORC file");
        }
        if (startsWith(beginning, TAR_MAGIC_OFFSET, "ustar\0")
                || startsWith(beginning, TAR_MAGIC_OFFSET, "ustar  \0")) {
            return Optional.of("a tar archive");
        }
        return Optional.empty();
    }

    private static boolean noTextAt(byte[] bytes, int index) {
        if (index >= bytes.length) {
            return false;
        }
        var b = bytes[index];
        return b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r';
    }

    private static boolean startsWith(byte[] bytes, int from, String magic) {
        var to = from + magic.length();
        return bytes.length >= to
                && Arrays.equals(bytes, from, to, magic.getBytes(ISO_8859_1), 0, magic.length());
    }
}

package dev.sluice.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// A log file read from where the last look ended, in whole lines.
final class LogTail {
    private static final int MOST_AT_ONCE = 8 << 20;

    private final String name;
    private final Path file;
    private long offset;

    LogTail(String name, Path file) {
        this.name = name;
        this.file = file;
    }

    String name() {
        return name;
    }

    List<String> last(int count) throws IOException {
        var length = file.toFile().length();
        offset = Math.max(0, length - MOST_AT_ONCE);
        var lines = more();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    List<String> more() throws IOException {
        try (var content = new RandomAccessFile(file.toFile(), "r")) {
            // shorter than before: the log was begun anew
            if (content.length() < offset) offset = 0;
            content.seek(offset);
            var bytes = new byte[(int) Math.min(MOST_AT_ONCE, content.length() - offset)];
            content.readFully(bytes);
            var end = lastLineEnd(bytes);
            offset += end;
            return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
        }
    }

    // The rest of a line comes with a later look.
    private static int lastLineEnd(byte[] bytes) {
        var end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') end--;
        return end;
    }
}

package dev.sluice.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A file that comes with the commands, and what must become of it.
record Sample(String file, String dataset, long read, long rejected) {
    static final Sample NAVAIDS = new Sample("navaids.csv", "navaids", 11_008, 0);
    static final Sample DAMAGED = new Sample("navaids-damaged.csv", "navaids", 59, 16);
    static final List<Sample> ALL =
            List.of(
                    NAVAIDS,
                    new Sample("countries.csv", "countries", 249, 0),
                    new Sample("regions.csv.gz", "regions", 3_987, 0),
                    DAMAGED);

    /// A record that must be refused.
    record Damage(long line, String code, String column) {
        private static Damage of(String text) {
            var parts = text.split(",", -1);
            return new Damage(Long.parseLong(parts[0]), parts[1], parts[2]);
        }

        String sentence() {
            return "a reject "
                    + code
                    + " in line "
                    + line
                    + (column.isEmpty() ? "" : ", " + column);
        }
    }

    long loaded() {
        return read - rejected;
    }

    Path copyTo(Path folder) throws IOException {
        var copy = folder.resolve(file);
        try (var content = open(file)) {
            Files.copy(content, copy);
        }
        return copy;
    }

    /// What the damaged file was damaged with.
    static List<Damage> damages() throws IOException {
        try (var content = open("navaids-damaged.rejects.csv")) {
            var text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().skip(1).map(Damage::of).toList();
        }
    }

    private static InputStream open(String name) throws IOException {
        var content = Sample.class.getResourceAsStream("/samples/" + name);
        if (content == null) throw new FileNotFoundException("samples/" + name);
        return content;
    }
}

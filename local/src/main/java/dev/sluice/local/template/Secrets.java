package dev.sluice.local.template;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The generated secrets of a stack, made once and kept in a file that only its owner reads.
///
/// Not thread-safe.
public final class Secrets {
    private final Path file;
    private final Map<String, String> values;

    private Secrets(Path file, Map<String, String> values) {
        this.file = file;
        this.values = values;
    }

    /// Opens what earlier runs kept in `directory`.
    public static Secrets open(Path directory) throws IOException {
        var file = directory.resolve("secrets.json");
        var values = new TreeMap<String, String>();
        if (Files.exists(file)) {
            JSON.std
                    .mapFrom(Files.readString(file))
                    .forEach((name, value) -> values.put(name, String.valueOf(value)));
        }
        return new Secrets(file, values);
    }

    /// The kept value of `name`, or else the one made now.
    public String get(String name, Supplier<String> generator) {
        var kept = values.get(name);
        if (kept != null) {
            return kept;
        }
        var made = generator.get();
        values.put(name, made);
        save();
        return made;
    }

    private void save() {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var next = file.resolveSibling("secrets.json.next");
            Files.deleteIfExists(next);
            var ownerOnly = PosixFilePermissions.fromString("rw-------");
            Files.createFile(next, PosixFilePermissions.asFileAttribute(ownerOnly));
            Files.writeString(next, JSON.std.asString(new LinkedHashMap<>(values)));
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("Can't keep the secrets in " + file, failure);
        }
    }
}

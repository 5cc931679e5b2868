package dev.sluice.local.s3.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/// The folder of a bucket's bytes: files under names of chance, never under a client's.
/// Thread-safe.
final class Blobs {
    private final Path directory;

    Blobs(Path directory) {
        this.directory = directory;
    }

    /// Writes all that comes to a new file.
    Blob receive(InputStream in) throws IOException {
        var file = Sequence.randomId();
        var md5 = md5();
        var crc64 = new Crc64();
        long length = 0;
        try (var out = create(file)) {
            var buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                md5.update(buffer, 0, read);
                crc64.update(buffer, 0, read);
                out.write(buffer, 0, read);
                length += read;
            }
        } catch (IOException | RuntimeException failure) {
            discard(file, failure);
            throw failure;
        }
        return new Blob(file, length, HexFormat.of().formatHex(md5.digest()), crc64.value());
    }

    /// The same bytes under another name, without copying them.
    String link(Path other) throws IOException {
        var file = Sequence.randomId();
        Files.createDirectories(path(file).getParent());
        Files.createLink(path(file), other);
        return file;
    }

    Path path(String file) {
        return directory.resolve(file.substring(0, 2)).resolve(file.substring(2));
    }

    void delete(String file) throws IOException {
        Files.deleteIfExists(path(file));
    }

    /// Drops what no journal names: uploads that a crash cut short.
    void keepOnly(Set<String> files) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var folders = Files.newDirectoryStream(directory)) {
            for (var folder : folders) {
                try (var blobs = Files.newDirectoryStream(folder)) {
                    for (var blob : blobs) {
                        if (!files.contains("" + folder.getFileName() + blob.getFileName())) {
                            Files.delete(blob);
                        }
                    }
                }
            }
        }
    }

    private OutputStream create(String file) throws IOException {
        try {
            return Files.newOutputStream(path(file), StandardOpenOption.CREATE_NEW);
        } catch (NoSuchFileException _) {
            Files.createDirectories(path(file).getParent());
            return Files.newOutputStream(path(file), StandardOpenOption.CREATE_NEW);
        }
    }

    private void discard(String file, Exception failure) {
        try {
            delete(file);
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.sluice.assets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Files that are on disk when a method returns, and folders that are gone.
final class Disk {
    private Disk() {}

    /// Writes a new file that must come to a number of bytes, and counts its content into a digest.
    static void write(Path file, InputStream in, long bytes, MessageDigest digest)
            throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var out = Channels.newOutputStream(channel);
            var buffer = new byte[64 * 1024];
            long left = bytes;
            int read;
            while ((read = in.read(buffer)) >= 0) {
                left -= read;
                if (left < 0) {
                    break;
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
            if (left != 0) {
                throw new IOException(
                        "%s was announced with %d bytes and has %s"
                                .formatted(
                                        file.getFileName(),
                                        bytes,
                                        left < 0 ? "more" : "only " + (bytes - left)));
            }
            channel.force(/* metaData= */ true);
        }
    }

    /// Makes a folder's entries durable.
    static void force(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(/* metaData= */ true);
        }
    }

    static void delete(Path path) throws IOException {
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}

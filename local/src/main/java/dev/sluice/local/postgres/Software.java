package dev.sluice.local.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs, unpacked once for each user from the archive on the class path.
final class Software {
    private Software() {}

    /// The folder that holds `bin/postgres`; `shelf` is where such folders are kept.
    static Path unpackOnto(Path shelf) throws IOException {
        var archive = archive();
        var home = shelf.resolve("postgresql-" + mark(archive));
        if (Files.isDirectory(home)) {
            return home;
        }
        Files.createDirectories(shelf);
        var fresh = Files.createTempDirectory(shelf, "unpacking-");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpack(archive, fresh);
        try {
            Files.move(fresh, home);
        } catch (IOException failure) {
            // else: another process was faster
            delete(fresh);
            if (!Files.isDirectory(home)) {
                throw failure;
            }
        }
        return home;
    }

    private static String archive() throws IOException {
        var architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
            case "aarch64" -> "/postgres-linux-arm_64.txz";
            default -> throw new IOException("no PostgreSQL for this machine: " + architecture);
        };
    }

    // The jar's own checksum: to read the archive for a better one would take a good part of a
    // start.
    private static String mark(String archive) throws IOException {
        var connection = url(archive).openConnection();
        connection.setUseCaches(false);
        try (var _ = connection.getInputStream()) {
            long crc = connection instanceof JarURLConnection jar ? jar.getJarEntry().getCrc() : 0;
            return Long.toHexString(connection.getContentLengthLong())
                    + "-"
                    + Long.toHexString(crc);
        }
    }

    private static void unpack(String archive, Path home) throws IOException {
        try (var tar =
                new TarArchiveInputStream(
                        new XZInputStream(new BufferedInputStream(url(archive).openStream())))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, home);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path home)
            throws IOException {
        var target = home.resolve(entry.getName()).normalize();
        if (!target.startsWith(home)) {
            throw new IOException("the archive reaches out of its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        Files.setPosixFilePermissions(target, permissions(entry));
    }

    // Whoever runs the server may read and run it, which need not be who unpacked it.
    private static Set<PosixFilePermission> permissions(TarArchiveEntry entry) {
        var permissions = EnumSet.copyOf(PosixFilePermissions.fromString("rw-r--r--"));
        if ((entry.getMode() & 0100) != 0) {
            permissions.addAll(
                    List.of(
                            PosixFilePermission.OWNER_EXECUTE,
                            PosixFilePermission.GROUP_EXECUTE,
                            PosixFilePermission.OTHERS_EXECUTE));
        }
        return permissions;
    }

    private static URL url(String archive) throws IOException {
        var url = Software.class.getResource(archive);
        if (url == null) {
            throw new IOException("not on the class path: " + archive);
        }
        return url;
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

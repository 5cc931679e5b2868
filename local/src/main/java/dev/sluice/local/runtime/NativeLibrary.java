package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// The native library of the runtime interface client, unpacked once for all processes.
///
/// Left alone, each process unpacks it to the same `/tmp/.libaws-lambda-jni.so` and maps it; one
/// that starts while another writes there dies with SIGBUS. In Lambda `/tmp` is private.
final class NativeLibrary {
    /// The system property by which the runtime interface client is told where it is.
    static final String PROPERTY =
            "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

    private static final Set<String> CLASS_PATH_OPTIONS =
            Set.of("-cp", "-classpath", "--class-path", "-jar");

    private NativeLibrary() {}

    /// Unpacks it from the class path of this command, if it is there.
    static Optional<Path> unpack(List<String> argv, Path directory) throws IOException {
        for (var jar : likeliestFirst(withManifests(classPath(argv)))) {
            var unpacked = unpackFrom(jar, directory);
            if (unpacked.isPresent()) {
                return unpacked;
            }
        }
        return Optional.empty();
    }

    // Opening them all takes a while where there are many.
    private static List<Path> likeliestFirst(Set<Path> jars) {
        return jars.stream()
                .sorted(Comparator.comparing(jar -> !jar.toString().contains("runtime-interface")))
                .toList();
    }

    private static Optional<Path> unpackFrom(Path jar, Path directory) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            JarEntry entry = file.getJarEntry(entryName());
            if (entry == null) {
                return Optional.empty();
            }
            // Named by its content: a newer one must not be written over one that is mapped.
            var name =
                    Long.toHexString(entry.getCrc()) + "-" + Path.of(entry.getName()).getFileName();
            var target = directory.resolve(name);
            if (!Files.exists(target)) {
                Files.createDirectories(directory);
                var temporary = Files.createTempFile(directory, "unpacking", ".so");
                try (var in = file.getInputStream(entry)) {
                    Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            }
            return Optional.of(target);
        }
    }

    private static String entryName() {
        var arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        boolean musl =
                Files.exists(Path.of("/lib/ld-musl-" + (arm ? "aarch64" : "x86_64") + ".so.1"))
                        && Files.exists(Path.of("/etc/alpine-release"));
        return "jni/libaws-lambda-jni.linux"
                + (musl ? "_musl-" : "-")
                + (arm ? "aarch_64" : "x86_64")
                + ".so";
    }

    // A jar may name others in its manifest; one step, as nobody nests them.
    private static Set<Path> withManifests(List<Path> entries) throws IOException {
        var jars = new LinkedHashSet<Path>();
        for (var entry : entries) {
            if (isJar(entry)) {
                jars.add(entry);
                manifestClassPath(entry).filter(NativeLibrary::isJar).forEach(jars::add);
            }
        }
        return jars;
    }

    private static Stream<Path> manifestClassPath(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            var manifest = file.getManifest();
            var names =
                    manifest == null
                            ? null
                            : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return names == null
                    ? Stream.of()
                    : Stream.of(names.strip().split(" +", -1)).map(jar::resolveSibling);
        }
    }

    private static boolean isJar(Path entry) {
        return entry.toString().endsWith(".jar") && Files.isRegularFile(entry);
    }

    private static List<Path> classPath(List<String> argv) throws IOException {
        var entries = new ArrayList<Path>();
        for (int i = 0; i + 1 < argv.size(); i++) {
            if (CLASS_PATH_OPTIONS.contains(argv.get(i))) {
                for (var entry : argv.get(i + 1).split(":", -1)) {
                    addEntry(entries, entry);
                }
            }
        }
        return entries;
    }

    private static void addEntry(List<Path> entries, String entry) throws IOException {
        if (!entry.endsWith("/*")) {
            entries.add(Path.of(entry));
            return;
        }
        var directory = Path.of(entry.substring(0, entry.length() - 2));
        if (Files.isDirectory(directory)) {
            try (var jars = Files.newDirectoryStream(directory, "*.jar")) {
                jars.forEach(entries::add);
            }
        }
    }
}

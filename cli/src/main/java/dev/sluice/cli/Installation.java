package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The project on this machine: its template, its assets, its built functions.
record Installation(Path home, Path image) {

    /// Where the launcher says it is, or here.
    static Installation find() {
        var home = fromEnvironment("SLUICE_HOME").orElse(Path.of("")).toAbsolutePath().normalize();
        var image =
                fromEnvironment("SLUICE_IMAGE")
                        .map(Path::toAbsolutePath)
                        .orElse(home.resolve("handlers/target/image"));
        return new Installation(home, image);
    }

    private static Optional<Path> fromEnvironment(String name) {
        return Optional.ofNullable(System.getenv(name))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
    }

    Path template() {
        return existing(home.resolve("template.yaml"), "Is SLUICE_HOME the project's folder?");
    }

    Path dockerfile() {
        return existing(home.resolve("Dockerfile"), "Is SLUICE_HOME the project's folder?");
    }

    Path assets() {
        return home.resolve("assets");
    }

    Path builtImage() {
        return existing(
                image, "The functions are not built: start by ./sluice, which builds them.");
    }

    private static Path existing(Path path, String cure) {
        if (Files.exists(path)) return path;
        throw new Complaint("There is no " + path + ". " + cure);
    }
}

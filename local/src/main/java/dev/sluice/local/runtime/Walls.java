package dev.sluice.local.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// What the kernel may grant, the best first.
enum Walls {
    ROOT("-m"),
    USER("-Urm"),
    NONE("");

    private final String namespaces;

    Walls(String namespaces) {
        this.namespaces = namespaces;
    }

    List<String> unshare() {
        return this == NONE
                ? List.of()
                : List.of("unshare", namespaces, "--propagation", "private");
    }

    String describe(Map<String, Path> mounts) {
        if (this != NONE) {
            return "a mount namespace for each: /tmp is private"
                    + (mounts.isEmpty()
                            ? ""
                            : ", " + String.join(", ", new TreeSet<>(mounts.keySet())) + " real");
        }
        return "no mount namespaces here: /tmp is shared"
                + (mounts.isEmpty()
                        ? ""
                        : ", and variables that name "
                                + String.join(", ", new TreeSet<>(mounts.keySet()))
                                + " name the folder behind it instead");
    }
}

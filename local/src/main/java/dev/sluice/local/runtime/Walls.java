package dev.sluice.local.runtime;

import java.util.List;

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

    /// The same words for every function, so that a start says them once.
    String describe() {
        return this == NONE
                ? "no mount namespaces here: /tmp is shared, and variables that name a mounted folder"
                        + " name the folder behind it instead, where every function could write"
                : "a mount namespace for each, with a /tmp of its own and mounted folders at their paths";
    }
}

package dev.sluice.cli;

import dev.sluice.cli.terminal.Text;
import java.util.ArrayList;
import java.util.List;

/// Counts held against what they must be; the differences are kept as sentences.
final class Checks {
    private final List<String> differences = new ArrayList<>();

    void count(String what, long expected, long actual) {
        if (expected != actual) {
            differences.add(
                    "%s: %s expected, %s found."
                            .formatted(what, Text.count(expected), Text.count(actual)));
        }
    }

    void same(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            differences.add("%s: %s expected, %s found.".formatted(what, expected, actual));
        }
    }

    void missing(String what) {
        differences.add("Expected and not found: " + what);
    }

    void unexpected(String what) {
        differences.add("Found and not expected: " + what);
    }

    List<String> differences() {
        return List.copyOf(differences);
    }
}

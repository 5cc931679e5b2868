package dev.sluice.local.proxy;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What [PinTriggers] says of statements, by their text: a function has few, and sends each again
/// and again. Thread-safe.
final class Verdicts {
    private static final int MOST_KEPT = 500;

    private final Map<String, Optional<String>> known = new ConcurrentHashMap<>();

    /// The first trigger in a text of statements that is short enough to be looked at.
    Optional<String> of(String text) {
        var verdict = known.get(text);
        if (verdict != null) {
            return verdict;
        }
        var found = PinTriggers.in(text);
        if (known.size() < MOST_KEPT) {
            known.put(text, found);
        }
        return found;
    }
}

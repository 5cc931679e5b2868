package dev.sluice.job;

import java.util.Optional;

/// What a key of the inbox says: `tenant/dataset/anything`. The parts are names, never paths.
public record InboxKey(String tenant, String dataset, String name) {

    /// The parts of a key; empty when it has fewer than three, or one of the first two is empty.
    public static Optional<InboxKey> parse(String key) {
        int first = key.indexOf('/');
        int second = key.indexOf('/', first + 1);
        if (first <= 0 || second <= first + 1 || second == key.length() - 1) {
            return Optional.empty();
        }
        return Optional.of(
                new InboxKey(
                        key.substring(0, first),
                        key.substring(first + 1, second),
                        key.substring(second + 1)));
    }
}

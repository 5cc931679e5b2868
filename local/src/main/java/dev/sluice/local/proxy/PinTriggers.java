package dev.sluice.local.proxy;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What pins a session of RDS Proxy, as far as the text of a statement shows it.
///
/// Where AWS's own texts differ (SET LOCAL, advisory locks of a transaction), it counts as pinning.
final class PinTriggers {
    static final int LONGEST_STATEMENT = 16 << 10;

    private static final Set<String> COMMANDS =
            Set.of(
                    "set",
                    "reset",
                    "discard",
                    "prepare",
                    "execute",
                    "deallocate",
                    "declare",
                    "listen",
                    "unlisten",
                    "load");
    private static final Set<String> FUNCTIONS = Set.of("nextval", "setval", "set_config");
    private static final List<String> FUNCTION_STEMS = List.of("pg_advisory_", "pg_try_advisory_");
    private static final Set<String> BEFORE_TEMPORARY = Set.of("or", "replace", "local", "global");
    private static final Set<String> TEMPORARY = Set.of("temp", "temporary");

    private PinTriggers() {}

    /// The first that a text of statements holds.
    static Optional<String> in(String text) {
        for (var statement : SqlWords.statements(text)) {
            var reason = inStatement(statement);
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inStatement(List<String> words) {
        var command = words.getFirst();
        if (COMMANDS.contains(command)) {
            return Optional.of(command.toUpperCase(java.util.Locale.ROOT));
        }
        if (makesTemporary(command, words)) {
            return Optional.of("a temporary object");
        }
        for (int at = 0; at + 1 < words.size(); at++) {
            var word = words.get(at).replace("\"", "");
            if (words.get(at + 1).equals("(") && isTrigger(word)) {
                return Optional.of(word);
            }
        }
        return Optional.empty();
    }

    private static boolean makesTemporary(String command, List<String> words) {
        if (command.equals("create")) {
            return words.stream()
                    .skip(1)
                    .dropWhile(BEFORE_TEMPORARY::contains)
                    .findFirst()
                    .filter(TEMPORARY::contains)
                    .isPresent();
        }
        for (int at = 0; at + 1 < words.size(); at++) {
            if (words.get(at).equals("into") && TEMPORARY.contains(words.get(at + 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTrigger(String function) {
        return FUNCTIONS.contains(function)
                || FUNCTION_STEMS.stream().anyMatch(function::startsWith);
    }
}

package dev.sluice.local.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The policy document of a Lambda authorizer.
record Policy(List<Statement> statements) {
    private static final Set<String> KEYS = Set.of("Sid", "Effect", "Action", "Resource");

    /// What a policy says of one method.
    enum Verdict {
        ALLOWED,
        EXPLICITLY_DENIED,
        NOT_ALLOWED
    }

    /// One statement; wildcards `*` and `?` as they are written.
    record Statement(boolean allows, List<String> actions, List<String> resources) {
        boolean covers(String methodArn) {
            return actions.stream().anyMatch(it -> matches(it, "execute-api:Invoke"))
                    && resources.stream().anyMatch(it -> matches(it, methodArn));
        }
    }

    Verdict verdict(String methodArn) {
        boolean allowed = false;
        for (var statement : statements) {
            if (statement.covers(methodArn)) {
                if (!statement.allows()) {
                    return Verdict.EXPLICITLY_DENIED;
                }
                allowed = true;
            }
        }
        return allowed ? Verdict.ALLOWED : Verdict.NOT_ALLOWED;
    }

    /// Reads what an authorizer answered.
    ///
    /// @throws IllegalArgumentException if it is no policy, or one with parts that are not known
    static Policy read(@Nullable Object document) {
        if (!(document instanceof Map<?, ?> policy)) {
            throw new IllegalArgumentException("no policy document");
        }
        var statements = new ArrayList<Statement>();
        for (var each : list(policy.get("Statement"))) {
            if (!(each instanceof Map<?, ?> statement) || !KEYS.containsAll(statement.keySet())) {
                throw new IllegalArgumentException("not a statement: " + each);
            }
            boolean allows = "Allow".equals(statement.get("Effect"));
            if (!allows && !"Deny".equals(statement.get("Effect"))) {
                throw new IllegalArgumentException("not an effect: " + statement.get("Effect"));
            }
            statements.add(
                    new Statement(
                            allows,
                            texts(statement.get("Action")),
                            texts(statement.get("Resource"))));
        }
        return new Policy(List.copyOf(statements));
    }

    private static boolean matches(String pattern, String text) {
        var regex = new StringBuilder();
        for (int at = 0; at < pattern.length(); at++) {
            regex.append(
                    switch (pattern.charAt(at)) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(pattern.substring(at, at + 1));
                    });
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL | Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .matches();
    }

    private static List<String> texts(@Nullable Object value) {
        var texts = new ArrayList<String>();
        for (var each : list(value)) {
            if (!(each instanceof String text)) {
                throw new IllegalArgumentException("not a text: " + each);
            }
            texts.add(text);
        }
        return texts;
    }

    private static List<?> list(@Nullable Object value) {
        return switch (value) {
            case null -> throw new IllegalArgumentException("the policy is not complete");
            case List<?> list -> list;
            case Object one -> List.of(one);
        };
    }
}

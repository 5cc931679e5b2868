package dev.sluice.local.gateway;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the operation for a method and a path: plain segments go before `{name}`, `{name}` before
/// `{name+}`, which takes all the rest.
final class Routes {
    static final String ANY = "ANY";

    private final List<Resource> resources;

    Routes(List<Operation> operations) {
        var byPath = new LinkedHashMap<String, Map<String, Operation>>();
        for (var operation : operations) {
            byPath.computeIfAbsent(operation.resourcePath(), _ -> new LinkedHashMap<>())
                    .put(operation.method(), operation);
        }
        this.resources =
                byPath.entrySet().stream()
                        .map(it -> new Resource(segments(it.getKey()), it.getValue()))
                        .sorted(Comparator.comparing(Resource::rank))
                        .toList();
    }

    /// An operation with its path parameters, decoded once.
    record Match(Operation operation, Map<String, String> pathParameters) {}

    Optional<Match> find(String method, String path) {
        var segments = segments(path);
        for (var resource : resources) {
            var parameters = resource.match(segments);
            if (parameters.isPresent()) {
                var operations = resource.operations();
                // the best path decides, also when it lacks the method
                return Optional.ofNullable(operations.getOrDefault(method, operations.get(ANY)))
                        .map(it -> new Match(it, parameters.get()));
            }
        }
        return Optional.empty();
    }

    /// A slash at the end makes no difference.
    private static List<String> segments(String path) {
        var segments = new ArrayList<>(List.of(path.split("/", -1)));
        segments.removeFirst();
        if (!segments.isEmpty() && segments.getLast().isEmpty()) {
            segments.removeLast();
        }
        return segments;
    }

    private record Resource(List<String> segments, Map<String, Operation> operations) {
        String rank() {
            var rank = new StringBuilder();
            for (var segment : segments) {
                rank.append(isGreedy(segment) ? '2' : isParameter(segment) ? '1' : '0');
            }
            return rank.toString();
        }

        Optional<Map<String, String>> match(List<String> path) {
            var parameters = new LinkedHashMap<String, String>();
            for (int at = 0; at < segments.size(); at++) {
                var segment = segments.get(at);
                if (at >= path.size()) {
                    return Optional.empty();
                }
                if (isGreedy(segment)) {
                    var rest = String.join("/", path.subList(at, path.size()));
                    parameters.put(segment.substring(1, segment.length() - 2), decoded(rest));
                    return Optional.of(parameters);
                }
                if (isParameter(segment) && !path.get(at).isEmpty()) {
                    parameters.put(
                            segment.substring(1, segment.length() - 1), decoded(path.get(at)));
                } else if (!segment.equals(path.get(at))) {
                    return Optional.empty();
                }
            }
            return path.size() == segments.size() ? Optional.of(parameters) : Optional.empty();
        }

        private static boolean isGreedy(String segment) {
            return segment.startsWith("{") && segment.endsWith("+}");
        }

        private static boolean isParameter(String segment) {
            return segment.startsWith("{") && segment.endsWith("}");
        }

        private static String decoded(String text) {
            try {
                // a plus sign of a path is itself
                return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException notEncoded) {
                return text;
            }
        }
    }
}

package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A process that runs a function, and what it was told.
record FunctionProcess(long pid, String function, Map<String, String> environment) {
    private static final String NAME = "AWS_LAMBDA_FUNCTION_NAME";

    /// Those that run now, of all that this process started.
    static List<FunctionProcess> all() {
        try (Stream<ProcessHandle> children = ProcessHandle.current().descendants()) {
            return children.map(child -> find(child.pid())).flatMap(Optional::stream).toList();
        }
    }

    /// Empty where the process runs no function.
    static Optional<FunctionProcess> find(long pid) {
        var environment = environment(pid);
        return Optional.ofNullable(environment.get(NAME))
                .map(function -> new FunctionProcess(pid, function, environment));
    }

    /// By its logical id: a function's name ends with it.
    boolean runs(String function) {
        return this.function.endsWith("-" + function);
    }

    private static Map<String, String> environment(long pid) {
        var variables = new HashMap<String, String>();
        try {
            var bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
            for (var variable : new String(bytes, UTF_8).split("\0", -1)) {
                var equals = variable.indexOf('=');
                if (equals > 0) {
                    variables.put(variable.substring(0, equals), variable.substring(equals + 1));
                }
            }
        } catch (IOException _) {
            // it has just ended, or is another user's, as the server's are
        }
        return variables;
    }
}

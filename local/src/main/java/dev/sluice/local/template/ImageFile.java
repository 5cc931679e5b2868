package dev.sluice.local.template;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a Dockerfile says of the process that its image starts: its last stage, and the stages that
/// this one is built from. What its base image brings along is not known here.
public record ImageFile(
        List<String> entryPoint,
        List<String> command,
        Map<String, String> environment,
        Optional<String> workingDirectory) {
    private static final ImageFile EMPTY =
            new ImageFile(List.of(), List.of(), Map.of(), Optional.empty());

    public ImageFile {
        entryPoint = List.copyOf(entryPoint);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /// Reads a Dockerfile; whatever can't be followed here is a `DocumentException`.
    public static ImageFile read(Path file) throws IOException {
        try {
            return new Reader(file.getFileName().toString()).read(Files.readAllLines(file));
        } catch (NoSuchFileException missing) {
            throw new DocumentException(new Place(file.toString(), 1), "there is no such file");
        }
    }

    private ImageFile withWorkingDirectory(String path) {
        return new ImageFile(entryPoint, command, environment, Optional.of(path));
    }

    // as in an image, a new entry point forgets the command of the stage before
    private ImageFile withEntryPoint(List<String> words) {
        return new ImageFile(words, List.of(), environment, workingDirectory);
    }

    private ImageFile withCommand(List<String> words) {
        return new ImageFile(entryPoint, words, environment, workingDirectory);
    }

    private ImageFile withEnvironment(Map<String, String> variables) {
        return new ImageFile(entryPoint, command, variables, workingDirectory);
    }

    private static final class Reader {
        private static final Set<String> WITHOUT_EFFECT =
                Set.of(
                        "ADD",
                        "COPY",
                        "EXPOSE",
                        "HEALTHCHECK",
                        "LABEL",
                        "MAINTAINER",
                        "ONBUILD",
                        "RUN",
                        "SHELL",
                        "STOPSIGNAL",
                        "USER",
                        "VOLUME");
        private static final Pattern INSTRUCTION = Pattern.compile("\\s*([A-Za-z]+)\\s+(.*)");
        private static final Pattern HERE_DOCUMENT =
                Pattern.compile("<<-?[\"']?([A-Za-z_]+)[\"']?");
        private static final Pattern VARIABLE =
                Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");
        private static final Pattern ASSIGNMENT =
                Pattern.compile("([A-Za-z_]\\w*)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|(\\S*))");

        private final String name;
        private final Map<String, ImageFile> stages = new LinkedHashMap<>();
        private final Map<String, String> arguments = new LinkedHashMap<>();
        private Optional<String> stage = Optional.empty();
        private ImageFile image = EMPTY;

        Reader(String name) {
            this.name = name;
        }

        ImageFile read(List<String> lines) {
            int at = 0;
            while (at < lines.size()) {
                int start = at;
                var text = new StringBuilder();
                boolean goesOn = true;
                while (goesOn && at < lines.size()) {
                    goesOn = append(lines.get(at++).stripTrailing(), text);
                }
                at = afterHereDocument(text.toString(), lines, at);
                instruction(text.toString(), new Place(name, start + 1));
            }
            return image;
        }

        /// Says whether the instruction goes on in the next line; comments may stand inside it.
        private static boolean append(String line, StringBuilder text) {
            if (line.stripLeading().startsWith("#")) {
                return !text.isEmpty();
            }
            boolean goesOn = line.endsWith("\\");
            text.append(line, 0, goesOn ? line.length() - 1 : line.length());
            return goesOn;
        }

        private static int afterHereDocument(String text, List<String> lines, int at) {
            var marker = HERE_DOCUMENT.matcher(text);
            int next = at;
            while (marker.find()) {
                while (next < lines.size() && !lines.get(next).strip().equals(marker.group(1))) {
                    next++;
                }
                next++;
            }
            return next;
        }

        private void instruction(String text, Place place) {
            var instruction = INSTRUCTION.matcher(text);
            if (text.isBlank()) {
                return;
            }
            if (!instruction.matches()) {
                throw new DocumentException(place, "not an instruction: " + text);
            }
            var rest = instruction.group(2).strip();
            var word = instruction.group(1).toUpperCase(Locale.ROOT);
            switch (word) {
                case "FROM" -> from(rest);
                case "ARG" -> argument(rest);
                case "ENV" -> environment(rest, place);
                case "WORKDIR" -> image = image.withWorkingDirectory(filled(rest));
                case "ENTRYPOINT" -> image = image.withEntryPoint(words(word, rest, place));
                case "CMD" -> image = image.withCommand(words(word, rest, place));
                default -> {
                    if (!WITHOUT_EFFECT.contains(word)) {
                        throw new DocumentException(place, word + " is not supported");
                    }
                }
            }
            stage.ifPresent(it -> stages.put(it, image));
        }

        private void from(String rest) {
            var words = new ArrayList<>(List.of(rest.split("\\s+", -1)));
            words.removeIf(it -> it.startsWith("--"));
            image = stages.getOrDefault(filled(words.getFirst()), EMPTY);
            stage = words.size() == 3 ? Optional.of(words.get(2)) : Optional.empty();
        }

        private void argument(String rest) {
            var parts = rest.split("=", 2);
            if (parts.length == 2) {
                arguments.put(parts[0].strip(), filled(parts[1].strip()));
            }
        }

        private void environment(String rest, Place place) {
            var assignments = ASSIGNMENT.matcher(rest);
            var environment = new LinkedHashMap<>(image.environment());
            boolean found = false;
            while (assignments.find()) {
                found = true;
                var value =
                        Optional.ofNullable(assignments.group(2))
                                .or(() -> Optional.ofNullable(assignments.group(4)))
                                .map(this::filled)
                                .orElseGet(() -> Objects.toString(assignments.group(3), ""));
                environment.put(assignments.group(1), value);
            }
            if (!found) {
                throw new DocumentException(place, "ENV wants NAME=VALUE");
            }
            image = image.withEnvironment(environment);
        }

        private static List<String> words(String instruction, String rest, Place place) {
            try {
                var words = new ArrayList<String>();
                for (var word : JSON.std.listFrom(rest)) {
                    words.add(word.toString());
                }
                return words;
            } catch (IOException shellForm) {
                throw new DocumentException(
                        place, instruction + " wants the form [\"program\", \"argument\"]");
            }
        }

        private String filled(String text) {
            return VARIABLE.matcher(text)
                    .replaceAll(it -> {
                        var braced = it.group(1);
                        return Matcher.quoteReplacement(
                                variable(braced != null ? braced : it.group(2)));
                    });
        }

        private String variable(String name) {
            return Optional.ofNullable(image.environment().get(name))
                    .orElseGet(() -> arguments.getOrDefault(name, ""));
        }
    }
}

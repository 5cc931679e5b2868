package dev.sluice.local.document;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads YAML and JSON files with CloudFormation's intrinsic functions, short (`!Sub`) or long.
public final class Documents {
    private final String file;
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Documents(String file) {
        this.file = file;
    }

    /// Reads one document; whatever is wrong with it is a `DocumentException`.
    public static Value read(Path path) {
        try {
            return read(path.getFileName().toString(), Files.readString(path));
        } catch (NoSuchFileException missing) {
            throw new DocumentException(new Place(path.toString(), 1), "there is no such file");
        } catch (IOException failure) {
            throw new UncheckedIOException("Can't read " + path, failure);
        }
    }

    static Value read(String file, String text) {
        var start = new Place(file, 1);
        try {
            var settings =
                    LoadSettings.builder()
                            .setLabel(file)
                            .setUseMarks(true)
                            .setAllowNonScalarKeys(true)
                            .build();
            Node root =
                    new Compose(settings)
                            .composeString(text)
                            .orElseThrow(() -> new DocumentException(start, "the file is empty"));
            return new Documents(file).value(root, start);
        } catch (MarkedYamlEngineException malformed) {
            var place = malformed.getProblemMark().map(it -> place(file, it)).orElse(start);
            throw new DocumentException(place, "not YAML: " + malformed.getProblem());
        } catch (YamlEngineException malformed) {
            throw new DocumentException(start, "not YAML: " + malformed.getMessage());
        }
    }

    private Value value(Node node, Place place) {
        if (!seen.add(node)) {
            throw new DocumentException(place, "aliases are not supported");
        }
        return intrinsic(node).map(it -> call(it, node, place)).orElseGet(() -> plain(node, place));
    }

    private Value call(String function, Node node, Place place) {
        var argument = plain(node, place);
        // !GetAtt A.B.C means [A, B.C]
        if (function.equals("Fn::GetAtt") && argument instanceof Value.Text(var text, var _)) {
            var parts = text.split("\\.", 2);
            if (parts.length < 2) {
                throw new DocumentException(place, "!GetAtt wants RESOURCE.ATTRIBUTE: " + text);
            }
            var items = new ArrayList<Value>();
            for (var part : parts) {
                items.add(new Value.Text(part, place));
            }
            argument = new Value.Listing(items, place);
        }
        return new Value.Call(function, argument, place);
    }

    private Value plain(Node node, Place place) {
        return switch (node) {
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) ->
                    new Value.Nothing(place);
            case ScalarNode scalar -> new Value.Text(scalar.getValue(), place);
            case SequenceNode sequence -> listing(sequence, place);
            case MappingNode mapping -> mapping(mapping, place);
            default -> throw new DocumentException(place, "a YAML alias is not supported");
        };
    }

    private Value listing(SequenceNode sequence, Place place) {
        var items = new ArrayList<Value>();
        for (var item : sequence.getValue()) {
            items.add(value(item, place(item).orElse(place)));
        }
        return new Value.Listing(items, place);
    }

    private Value mapping(MappingNode mapping, Place place) {
        var entries = new LinkedHashMap<String, Value>();
        for (var tuple : mapping.getValue()) {
            var at = place(tuple.getKeyNode()).orElse(place);
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new DocumentException(at, "a key must be a scalar");
            }
            if (entries.put(key.getValue(), value(tuple.getValueNode(), at)) != null) {
                throw new DocumentException(at, "the key " + key.getValue() + " is there twice");
            }
        }
        return longForm(entries).orElseGet(() -> new Value.Mapping(entries, place));
    }

    private static Optional<Value> longForm(Map<String, Value> entries) {
        for (var entry : entries.entrySet()) {
            if (!entry.getKey().startsWith("Fn::") && !entry.getKey().equals("Ref")) {
                continue;
            }
            if (entries.size() > 1) {
                throw new DocumentException(
                        entry.getValue().place(), entry.getKey() + " must stand alone");
            }
            var argument = entry.getValue();
            return Optional.of(new Value.Call(entry.getKey(), argument, argument.place()));
        }
        return Optional.empty();
    }

    /// The long name behind a short tag.
    private static Optional<String> intrinsic(Node node) {
        var tag = node.getTag().getValue();
        if (!tag.startsWith("!")) {
            return Optional.empty();
        }
        var name = tag.substring(1);
        return Optional.of(name.equals("Ref") || name.equals("Condition") ? name : "Fn::" + name);
    }

    private Optional<Place> place(Node node) {
        return node.getStartMark().map(it -> place(file, it));
    }

    private static Place place(String file, Mark mark) {
        return new Place(file, mark.getLine() + 1);
    }
}

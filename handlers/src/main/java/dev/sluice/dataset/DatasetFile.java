package dev.sluice.dataset;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/// One dataset file, read with the place of everything it says.
final class DatasetFile {
    static final Set<String> PROPERTIES =
            Set.of(
                    "dataset",
                    "table",
                    "format",
                    "columns",
                    "key",
                    "mode",
                    "onReplace",
                    "maxRejects",
                    "maxRejectRatio",
                    "provenance",
                    "timeZone");
    static final Set<String> FORMAT_PROPERTIES =
            Set.of(
                    "type",
                    "header",
                    "delimiter",
                    "quote",
                    "escape",
                    "nullText",
                    "comment",
                    "skipLines",
                    "trueWords",
                    "falseWords",
                    "encoding",
                    "lenient");
    static final Set<String> COLUMN_PROPERTIES =
            Set.of(
                    "name",
                    "from",
                    "type",
                    "required",
                    "min",
                    "max",
                    "maxLength",
                    "lookup",
                    "pattern");

    private final String file;
    private final String name;

    private DatasetFile(String file, String name) {
        this.file = file;
        this.name = name;
    }

    static Dataset read(Path path, String name) throws IOException {
        return read(path, text(path), name);
    }

    /// Understands a text that was read from this file.
    static Dataset read(Path path, String text, String name) {
        var reader = new DatasetFile(shown(path), name);
        var root = new YamlNode(reader.file, "the dataset file", reader.compose(text));
        return reader.dataset(root);
    }

    static String text(Path path) throws IOException {
        try {
            return Files.readString(path);
        } catch (CharacterCodingException _) {
            throw DatasetException.invalid(shown(path) + " is not text in UTF-8.");
        }
    }

    private static String shown(Path path) {
        return "datasets/" + path.getFileName();
    }

    private Node compose(String text) {
        try {
            // aliases would let a small file say very much
            var settings = LoadSettings.builder().setMaxAliasesForCollections(0).build();
            return new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> DatasetException.invalid(file + ":1: the file is empty."));
        } catch (MarkedYamlEngineException e) {
            var line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw DatasetException.invalid(
                    "%s:%d: this is not YAML: %s.".formatted(file, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw DatasetException.invalid(
                    "%s: this is not YAML: %s.".formatted(file, firstLine(e)));
        } catch (StackOverflowError _) {
            // the parser has no limit of its own
            throw DatasetException.invalid(file + ": this is not YAML: it is nested too deeply.");
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private Dataset dataset(YamlNode root) {
        var members = root.members(PROPERTIES);
        var named = required(root, members, "dataset");
        if (!named.text().equals(name)) {
            throw named.at(
                    "dataset says \"%s\", but the file's name says \"%s\""
                            .formatted(named.text(), name));
        }
        var format = format(members.get("format"));
        var columns = columns(required(root, members, "columns"), format);
        var key = key(members.get("key"));
        var mode =
                or(
                        members.get("mode"),
                        Mode.APPEND,
                        node -> node.word(Mode.values(), Mode::wireName));
        var onReplace =
                or(
                        members.get("onReplace"),
                        OnReplace.APPEND,
                        node -> node.word(OnReplace.values(), OnReplace::wireName));
        boolean provenance = or(members.get("provenance"), true, YamlNode::bool);
        var misfit = Dataset.misfit(key, mode, onReplace, provenance);
        if (misfit.isPresent()) {
            throw required(root, members, misfit.get().property()).at(misfit.get().reason());
        }
        return place(root, members)
                .as(_ ->
                        new Dataset(
                                name,
                                required(root, members, "table")
                                        .as(node -> Table.parse(node.text())),
                                format,
                                columns,
                                key,
                                mode,
                                onReplace,
                                or(
                                        members.get("maxRejects"),
                                        OptionalLong.empty(),
                                        node -> OptionalLong.of(node.wholeNumber())),
                                or(
                                        members.get("maxRejectRatio"),
                                        OptionalDouble.empty(),
                                        DatasetFile::ratio),
                                provenance,
                                or(members.get("timeZone"), ZoneId.of("UTC"), DatasetFile::zone)));
    }

    // where to point when settings do not go together: at the one that asked for more
    private static YamlNode place(YamlNode root, Map<String, YamlNode> members) {
        for (var property : List.of("key", "columns")) {
            var node = members.get(property);
            if (node != null) {
                return node;
            }
        }
        return root;
    }

    private static YamlNode required(YamlNode node, Map<String, YamlNode> members, String name) {
        var member = members.get(name);
        if (member == null) {
            throw node.at("%s is missing".formatted(name));
        }
        return member;
    }

    private static <T> T or(@Nullable YamlNode node, T otherwise, Function<YamlNode, T> reading) {
        return node == null ? otherwise : node.as(reading);
    }

    private static OptionalDouble ratio(YamlNode node) {
        try {
            var ratio = Double.parseDouble(node.written());
            if (ratio >= 0 && ratio <= 1) {
                return OptionalDouble.of(ratio);
            }
        } catch (NumberFormatException _) {
            // told below, like one out of range
        }
        throw node.wrong("must be a number from 0 to 1");
    }

    private static ZoneId zone(YamlNode node) {
        try {
            return ZoneId.of(node.text());
        } catch (DateTimeException _) {
            throw node.wrong("must be a time zone such as UTC or Europe/Berlin");
        }
    }

    private static List<String> key(@Nullable YamlNode node) {
        return node == null ? List.of() : node.items().stream().map(YamlNode::text).toList();
    }

    private static Format format(@Nullable YamlNode node) {
        if (node == null) {
            return Format.of(Format.Type.CSV);
        }
        var members = node.members(FORMAT_PROPERTIES);
        var type = or(members.get("type"), Format.Type.CSV, DatasetFile::type);
        if (type == Format.Type.JSONL) {
            return jsonLines(members);
        }
        var standard = Format.of(type);
        checkEscape(members.get("escape"), members.get("quote"));
        return node.as(_ ->
                new Format(
                        type,
                        or(members.get("header"), standard.header(), YamlNode::bool),
                        or(members.get("delimiter"), standard.delimiter(), DatasetFile::character),
                        quote(members.get("quote"), standard),
                        or(members.get("nullText"), standard.nullText(), YamlNode::text),
                        or(members.get("escape"), standard.escape(), DatasetFile::escape),
                        comment(members.get("comment")),
                        or(members.get("skipLines"), 0, DatasetFile::length),
                        or(members.get("encoding"), Encoding.UTF_8, DatasetFile::encoding),
                        new Words(
                                words(members.get("trueWords"), Words.STANDARD.yes()),
                                words(members.get("falseWords"), Words.STANDARD.no())),
                        or(members.get("lenient"), false, YamlNode::bool)));
    }

    private static Format.Type type(YamlNode node) {
        return node.word(Format.Type.values(), Format.Type::wireName);
    }

    private static Format.Escape escape(YamlNode node) {
        return node.word(Format.Escape.values(), Format.Escape::wireName);
    }

    private static void checkEscape(@Nullable YamlNode escape, @Nullable YamlNode quote) {
        if (escape != null
                && quote != null
                && quote.text().isEmpty()
                && escape(escape) == Format.Escape.DOUBLED) {
            throw escape.wrong("doubled does not go with a format without a quote");
        }
    }

    private static Encoding encoding(YamlNode node) {
        for (var encoding : Encoding.values()) {
            if (encoding.wireName().equalsIgnoreCase(node.text())) {
                return encoding;
            }
        }
        return node.word(Encoding.values(), Encoding::wireName);
    }

    private static @Nullable Character comment(@Nullable YamlNode node) {
        return node == null || node.text().isEmpty() ? null : character(node);
    }

    private static List<String> words(@Nullable YamlNode node, List<String> standard) {
        return node == null ? standard : node.items().stream().map(YamlNode::written).toList();
    }

    private static Format jsonLines(Map<String, YamlNode> members) {
        for (var member : members.entrySet()) {
            var goes = Set.of("type", "encoding").contains(member.getKey());
            if (!goes) {
                throw member.getValue().wrong("does not go with type jsonl");
            }
        }
        var encoding = members.get("encoding");
        if (encoding != null && encoding(encoding) != Encoding.UTF_8) {
            throw encoding.wrong("must be utf-8: JSON Lines has no other");
        }
        return Format.of(Format.Type.JSONL);
    }

    private static @Nullable Character quote(@Nullable YamlNode node, Format standard) {
        if (node == null) {
            return standard.quote();
        }
        return node.text().isEmpty() ? null : character(node);
    }

    private static char character(YamlNode node) {
        var text = node.text();
        if (text.length() != 1) {
            throw node.wrong("must be one character");
        }
        return text.charAt(0);
    }

    private static List<Column> columns(YamlNode node, Format format) {
        var columns = new ArrayList<Column>();
        for (var item : node.items()) {
            columns.add(column(new YamlNode(item.file(), "column", item.node()), format));
        }
        return columns;
    }

    private static Column column(YamlNode node, Format format) {
        var members = node.members(COLUMN_PROPERTIES);
        var name = required(node, members, "name").text();
        var typed = required(node, members, "type");
        var type = typed.as(it -> ColumnType.parse(it.text()));
        var from = members.get("from");
        var position = from == null ? null : position(from, format);
        var length = members.get("maxLength");
        return new YamlNode(node.file(), "column " + name, node.node())
                .as(_ ->
                        new Column(
                                name,
                                from == null || position != null ? name : from.text(),
                                type,
                                or(members.get("required"), false, YamlNode::bool),
                                bound(members.get("min"), type),
                                bound(members.get("max"), type),
                                length == null ? null : length.as(DatasetFile::length),
                                lookup(members.get("lookup")),
                                position,
                                pattern(members.get("pattern"))));
    }

    private static @Nullable Integer position(YamlNode from, Format format) {
        var json = format.type() == Format.Type.JSONL;
        if (from.isWholeNumber()) {
            if (json) {
                throw from.wrong("must be a member's name in quotes; JSON Lines has no positions");
            }
            return length(from);
        }
        if (!format.header() && !json) {
            throw from.wrong(
                    "does not go with a format without a header; write a position such as 3");
        }
        return null;
    }

    private static @Nullable Bound bound(@Nullable YamlNode node, ColumnType type) {
        return node == null ? null : node.as(it -> Bound.parse(type, it.written()));
    }

    private static @Nullable TimePattern pattern(@Nullable YamlNode node) {
        return node == null ? null : node.as(it -> new TimePattern(it.text()));
    }

    private static Integer length(YamlNode node) {
        return Math.toIntExact(Math.min(node.wholeNumber(), Integer.MAX_VALUE));
    }

    private static Column.@Nullable LookupName lookup(@Nullable YamlNode node) {
        return node == null ? null : node.as(it -> Column.LookupName.parse(it.text()));
    }
}

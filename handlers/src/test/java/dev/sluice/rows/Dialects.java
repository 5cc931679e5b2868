package dev.sluice.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;

/// Datasets of which each reads another dialect, as dataset files say them.
final class Dialects {
    private static final String TEXTS = "{name: a, type: text}, {name: b, type: text}";

    private Dialects() {}

    /// A dataset of the columns a and b, both text, with what the format says.
    static Dataset texts(String format) {
        return dataset(format, TEXTS);
    }

    static Dataset dataset(String format, String columns) {
        return of("dataset: d\ntable: t\nformat: {%s}\ncolumns: [%s]\n".formatted(format, columns));
    }

    static Dataset of(String yaml) {
        try {
            var folder = Files.createTempDirectory("dialects");
            var file = folder.resolve("d.yaml");
            Files.writeString(file, yaml);
            var dataset = Dataset.read(file);
            Files.delete(file);
            Files.delete(folder);
            return dataset;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// One dataset for each way in which dialects differ, and some for how they go together.
    static Stream<Dataset> all() {
        var formats =
                List.of(
                        "",
                        "header: false",
                        "quote: ''",
                        "delimiter: ';', quote: \"'\"",
                        "delimiter: \"\\x01\"",
                        "type: tsv, nullText: '\\N'",
                        "escape: backslash",
                        "escape: backslash, quote: ''",
                        "escape: backslash, comment: '#', nullText: '\\N'",
                        "comment: '#'",
                        "comment: '#', header: false, skipLines: 1",
                        "skipLines: 2",
                        "encoding: iso-8859-1",
                        "encoding: windows-1252, escape: backslash",
                        "encoding: windows-1252, lenient: true",
                        "lenient: true",
                        "lenient: true, escape: backslash, comment: '#'",
                        "lenient: true, delimiter: ' '",
                        "lenient: true, type: tsv, skipLines: 1");
        var texts = formats.stream().map(Dialects::texts);
        var positions =
                Stream.of("header: false", "header: true", "lenient: true, header: false")
                        .map(format ->
                                dataset(
                                        format,
                                        "{name: a, from: 2, type: text}, {name: b, from: 1, type:"
                                                + " integer}"));
        var values =
                Stream.of("", "lenient: true")
                        .map(format ->
                                dataset(
                                        format,
                                        "{name: a, type: integer}, {name: b, type: date, pattern:"
                                                + " d.M.yyyy}"));
        var all = Stream.concat(texts, Stream.concat(positions, values)).toList();
        assertThat(all).hasSize(24);
        return all.stream();
    }
}

package dev.sluice.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.job.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: a name from an object's key becomes a path, or a version of the assets is mixed with
/// another one.
class AssetsTest {
    @TempDir Path root;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                ".",
                "../d",
                "d/../d",
                "/etc/passwd",
                "a\\b",
                "d\0",
                "d.yaml",
                "größe",
                "a b",
                ".hidden",
                "-d",
                "%2e%2e",
                "nope"
            })
    void findsNothingUnderWhatIsNoName(String name) throws IOException {
        dataset(root, "d");
        assertThatThrownBy(() -> new Assets(root).dataset(name))
                .isInstanceOfSatisfying(
                        DatasetException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_DATASET))
                .hasMessageStartingWith("There is no dataset \"");
    }

    @Test
    void listsDatasetsGoodOrNotInOrder() throws IOException {
        dataset(root, "b");
        dataset(root, "a.x");
        Files.writeString(root.resolve("datasets/c.yaml"), "nonsense");
        Files.writeString(root.resolve("datasets/.hidden.yaml"), "");
        Files.writeString(root.resolve("datasets/dataset.schema.json"), "{}");
        assertThat(new Assets(root).datasetNames()).containsExactly("a.x", "b", "c");
        assertThat(new Assets(root.resolve("nowhere")).datasetNames()).isEmpty();
    }

    @Test
    void seesAFileAtOnce() throws IOException {
        var assets = new Assets(root);
        assertThat(assets.datasetNames()).isEmpty();
        dataset(root, "d");
        assertThat(assets.dataset("d").name()).isEqualTo("d");
    }

    @Test
    void seesAChangeOfAFileAtOnceAndUnderstandsTheSameTextOnlyOnce() throws IOException {
        dataset(root, "d");
        var assets = new Assets(root);
        var before = assets.dataset("d");
        assertThat(assets.at(null).dataset("d")).isSameAs(before);
        var file = root.resolve("datasets/d.yaml");
        var time = Files.getLastModifiedTime(file);
        Files.writeString(file, Files.readString(file) + "maxRejects: 7\n");
        Files.setLastModifiedTime(file, time);
        assertThat(assets.dataset("d").maxRejects()).hasValue(7);
        Files.delete(file);
        assertThatThrownBy(() -> assets.dataset("d")).hasMessageStartingWith("There is no dataset");
    }

    @Test
    void followsTheCurrentLinkOnceItExists() throws IOException {
        var assets = new Assets(root);
        dataset(root, "old");
        dataset(root.resolve("v2"), "new");
        Files.createSymbolicLink(root.resolve("current"), Path.of("v2"));
        assertThat(assets.datasetNames()).containsExactly("new");
        assertThat(assets.dataset("new").name()).isEqualTo("new");
    }

    @Test
    void staysWithOneVersionThoughTheLinkIsSwitched() throws IOException {
        dataset(root.resolve("versions/1"), "old");
        dataset(root.resolve("versions/2"), "new");
        var current = Files.createSymbolicLink(root.resolve("current"), Path.of("versions/1"));
        var assets = new Assets(root);
        var began = assets.version();
        Files.delete(current);
        Files.createSymbolicLink(current, Path.of("versions/2"));
        assertThat(began).isEqualTo("1");
        assertThat(assets.version()).isEqualTo("2");
        assertThat(assets.at(began).version()).isEqualTo("1");
        assertThat(assets.at(began).datasetNames()).containsExactly("old");
        assertThat(assets.at(null).datasetNames()).containsExactly("new");
    }

    @Test
    void staysWithAFolderThatSomebodyLinkedByHand() throws IOException {
        dataset(root.resolve("a/v2"), "d");
        Files.createSymbolicLink(root.resolve("latest"), Path.of("a/v2"));
        Files.createSymbolicLink(root.resolve("current"), Path.of("latest"));
        var began = new Assets(root).version();
        assertThat(began).isEqualTo("./a/v2");
        assertThat(new Assets(root).at(began).dataset("d").name()).isEqualTo("d");
    }

    @Test
    void hasNoVersionWithoutALinkOrWithOneThatLeadsOutside(@TempDir Path outside)
            throws IOException {
        dataset(root, "d");
        assertThat(new Assets(root).version()).isNull();
        dataset(outside, "e");
        Files.createSymbolicLink(root.resolve("current"), outside);
        assertThat(new Assets(root).version()).isNull();
        assertThat(new Assets(root).at(null).datasetNames()).containsExactly("e");
    }

    @Test
    void saysThatTheVersionOfAJobIsGone() {
        assertThatThrownBy(() -> new Assets(root).at("1").dataset("d"))
                .isInstanceOfSatisfying(
                        DatasetException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_DATASET))
                .hasMessage(
                        "Version 1 of the assets, with which the job began, is no longer there.");
    }

    @Test
    void saysThatTheCurrentLinkLeadsNowhere() throws IOException {
        Files.createSymbolicLink(root.resolve("current"), Path.of("gone"));
        assertThatThrownBy(() -> new Assets(root).dataset("d"))
                .hasMessage("The assets' `current` link leads nowhere.");
    }

    @Test
    void refusesADatasetFileThatIsTooLarge() throws IOException {
        dataset(root, "d");
        Files.writeString(root.resolve("datasets/d.yaml"), "#".repeat(300_000));
        assertThatThrownBy(() -> new Assets(root).dataset("d"))
                .hasMessage("d.yaml has 300000 bytes; at most 262144 are read.");
    }

    @Test
    void theShippedDatasetsAreGood() throws IOException {
        var assets = new Assets(Path.of("../assets"));
        assertThat(assets.datasetNames()).contains("countries", "navaids", "regions");
        for (var name : assets.datasetNames()) {
            assertThat(assets.dataset(name).needsStagedRoad()).isEmpty();
        }
    }

    /// What an editor offers is what the reader takes.
    @Test
    void thePublishedSchemaNamesTheSamePropertiesAndWords() throws IOException {
        var schema =
                JSON.std.mapFrom(
                        Files.readString(Path.of("../assets/datasets/dataset.schema.json")));
        assertThat(names(schema)).isEqualTo(DatasetFile.PROPERTIES);
        assertThat(names(in(schema, "format"))).isEqualTo(DatasetFile.FORMAT_PROPERTIES);
        var column = map(in(schema, "columns").get("items"));
        assertThat(names(column)).isEqualTo(DatasetFile.COLUMN_PROPERTIES);
        assertThat(in(schema, "mode").get("enum"))
                .isEqualTo(List.of("append", "upsert", "skip-duplicates"));
        assertThat(in(schema, "onReplace").get("enum"))
                .isEqualTo(List.of("append", "replace", "reject"));
        assertThat(in(in(schema, "format"), "type").get("enum"))
                .isEqualTo(List.of("csv", "tsv", "jsonl"));
        var types = String.valueOf(in(column, "type").get("pattern"));
        for (var kind : ColumnType.Kind.values()) {
            var example =
                    switch (kind) {
                        case NUMERIC -> new ColumnType(kind, 10, 2);
                        case VARCHAR -> new ColumnType(kind, 10, 0);
                        default -> ColumnType.of(kind);
                    };
            assertThat(example.sql()).matches(types);
            assertThat(ColumnType.parse(example.sql())).isEqualTo(example);
        }
    }

    private static Set<String> names(Map<String, Object> schema) {
        assertThat(schema).containsEntry("additionalProperties", false);
        return map(schema.get("properties")).keySet();
    }

    private static Map<String, Object> in(Map<String, Object> schema, String property) {
        return map(map(schema.get("properties")).get(property));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }

    private static void dataset(Path root, String name) throws IOException {
        Files.createDirectories(root.resolve("datasets"));
        Files.writeString(
                root.resolve("datasets/" + name + ".yaml"),
                "dataset: %s\ntable: t\ncolumns: [{name: a, type: text}]\n".formatted(name));
    }
}

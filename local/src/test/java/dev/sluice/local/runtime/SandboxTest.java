package dev.sluice.local.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.invoke.Behaviour;
import dev.sluice.local.invoke.TestingFunctions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a function sees of this host, and what limits it; with each kind of walls that a kernel may
/// grant. The data directory lies under `/tmp`, where it must stay visible.
@SuppressWarnings("try") // a part's close may be interrupted
class SandboxTest {
    @TempDir Path directory;
    private final List<String> announced = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var it : open.reversed()) {
            it.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROOT", "USER"})
    void givesEachEnvironmentATmpOfItsOwn(Walls walls) throws Exception {
        var first = pool(walls, spec());
        var second = pool(walls, spec());
        assertThat(invoke(first, "write /tmp/mine")).isEqualTo("\"/tmp/mine\"");
        assertThat(invoke(first, "exists /tmp/mine")).isEqualTo("\"true\"");
        assertThat(invoke(second, "exists /tmp/mine")).isEqualTo("\"false\"");
        assertThat(Path.of("/tmp/mine")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(names = {"ROOT", "USER"})
    void limitsTheSizeOfTmp(Walls walls) throws Exception {
        // without a memory group, which would count what is in a tmpfs
        var pool = pool(walls, spec(), Optional.empty());
        assertThat(invoke(pool, "fill /tmp/large")).contains("No space left on device");
    }

    @ParameterizedTest
    @EnumSource
    void showsAFolderAtItsPath(Walls walls) throws Exception {
        var assets = Files.createDirectory(directory.resolve("the assets"));
        Files.writeString(assets.resolve("one.txt"), "first");
        var spec =
                TestingFunctions.withEnvironment(
                        TestingFunctions.withMounts(
                                spec(), Map.of("/mnt/assets", FunctionSpec.Mount.readOnly(assets))),
                        Map.of("ASSETS_DIR", "/mnt/assets", "ASSETS_FILE", "/mnt/assets/one.txt"));
        var pool = pool(walls, spec);
        var file = invoke(pool, "variable ASSETS_FILE").replace("\"", "");
        assertThat(invoke(pool, "read " + file)).isEqualTo("\"first\"");
        // what is put there later is there at once
        Files.writeString(assets.resolve("one.txt"), "second");
        assertThat(invoke(pool, "read " + file)).isEqualTo("\"second\"");
        if (walls == Walls.NONE) {
            assertThat(file).isEqualTo(assets + "/one.txt");
            assertThat(announced)
                    .anyMatch(it ->
                            it.contains("variables that name a mounted folder")
                                    && it.contains("where every function could write"));
        } else {
            assertThat(file).isEqualTo("/mnt/assets/one.txt");
            assertThat(invoke(pool, "write /mnt/assets/one.txt")).contains("Read-only file system");
            assertThat(Path.of("/mnt/assets/one.txt")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROOT", "USER"})
    void letsOneFunctionWriteWhereOthersOnlyRead(Walls walls) throws Exception {
        var folder = Files.createDirectory(directory.resolve("shared"));
        var writes = Map.of("/mnt/shared", new FunctionSpec.Mount(folder, /* writable= */ true));
        var reads = Map.of("/mnt/shared", FunctionSpec.Mount.readOnly(folder));
        var writer = pool(walls, TestingFunctions.withMounts(spec(), writes));
        var reader = pool(walls, TestingFunctions.withMounts(spec(), reads));
        assertThat(invoke(writer, "write /mnt/shared/new")).isEqualTo("\"/mnt/shared/new\"");
        assertThat(folder.resolve("new")).exists();
        assertThat(invoke(reader, "exists /mnt/shared/new")).isEqualTo("\"true\"");
        assertThat(invoke(reader, "write /mnt/shared/other")).contains("Read-only file system");
    }

    @ParameterizedTest
    @EnumSource(names = {"ROOT", "USER"})
    void leavesVisibleWhatIsNeededUnderTmp(Walls walls) throws Exception {
        var needed = Files.writeString(directory.resolve("needed.txt"), "here");
        assertThat(invoke(pool(walls, spec()), "read " + needed)).isEqualTo("\"here\"");
    }

    @Test
    void killsAProcessOverItsMemory() throws Exception {
        Assumptions.assumeTrue(MemoryGroups.find().isPresent(), "no memory cgroup here");
        // the heap is unlimited for once, so that the kernel is what stops it
        var pool = pool(Walls.ROOT, withOption(spec(), "-Xmx2g", "-XX:MaxDirectMemorySize=2g"));
        assertThat(invoke(pool, "native 40")).isEqualTo("\"40\"");
        assertThat(invoke(pool, "native 600"))
                .endsWith("Error: Runtime exited with error: signal: killed\"}");
        assertThat(invoke(pool, "calls")).isEqualTo("\"1\"");
    }

    @Test
    void sizesTheHeapByTheFunctionsMemory() throws Exception {
        var byGroup = pool(Walls.ROOT, withOption(spec(), "-XX:MaxRAMPercentage=50"));
        var byOption =
                pool(Walls.ROOT, withOption(spec(), "-XX:MaxRAMPercentage=50"), Optional.empty());
        int heap = Integer.parseInt(invoke(byOption, "maxHeap").replace("\"", ""));
        assertThat(heap).isBetween(110, 128);
        if (MemoryGroups.find().isPresent()) {
            assertThat(invoke(byGroup, "maxHeap")).isEqualTo("\"" + heap + "\"");
        }
        assertThat(announced).anyMatch(it -> it.contains("the heap alone is limited"));
    }

    @ParameterizedTest
    @EnumSource
    void leavesNothingBehind(Walls walls) throws Exception {
        var pool = pool(walls, spec());
        assertThat(invoke(pool, "echo x")).isEqualTo("\"x\"");
        assertThat(directory.resolve("environments")).isNotEmptyDirectory();
        pool.close();
        assertThat(directory.resolve("environments")).isEmptyDirectory();
    }

    @Test
    void startsManyAtOnceThoughTheyShareTmp() throws Exception {
        var pool = pool(Walls.NONE, spec());
        Callable<String> call = () -> invoke(pool, "sleep 1500");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(Collections.nCopies(8, call))) {
                assertThat(answer.get()).isEqualTo("\"slept\"");
            }
        }
        assertThat(invoke(pool, "mapped " + directory.resolve("native"))).isEqualTo("\"true\"");
        // each at its first try: none died of another that unpacked its library
        assertThat(Files.readString(directory.resolve("logs/Sandboxed.log")))
                .doesNotContain("INIT_REPORT", "SIGBUS");
    }

    @ParameterizedTest
    @EnumSource
    void startsAJarThatNamesTheOthers(Walls walls) throws Exception {
        var jar = jarNaming(TestingFunctions.classPath(Behaviour.class));
        var argv = new ArrayList<>(spec().argv());
        argv.set(argv.indexOf("-cp") + 1, jar.toString());
        var pool = pool(walls, withArgv(spec(), argv));
        assertThat(invoke(pool, "echo x")).isEqualTo("\"x\"");
        assertThat(invoke(pool, "mapped " + directory.resolve("native"))).isEqualTo("\"true\"");
    }

    @Test
    void doesNotLogTheOptionsItGives() throws Exception {
        assertThat(invoke(pool(Walls.NONE, spec()), "echo x")).isEqualTo("\"x\"");
        assertThat(Files.readString(directory.resolve("logs/Sandboxed.log")))
                .doesNotContain("Picked up");
    }

    private static FunctionSpec spec() {
        return TestingFunctions.spec("Sandboxed", Behaviour.class);
    }

    private static FunctionSpec withOption(FunctionSpec spec, String... options) {
        var argv = new ArrayList<>(spec.argv());
        argv.addAll(1, List.of(options));
        return withArgv(spec, argv);
    }

    /// Only a manifest, with the class path under `/tmp` beside it, as a build may lay them.
    private Path jarNaming(List<String> classPath) throws IOException {
        var folder = Files.createTempDirectory(Path.of("/tmp"), "jars");
        open.add(() -> Folders.delete(folder));
        var names = new ArrayList<String>();
        for (var entry : classPath) {
            var here = Path.of(entry);
            if (Files.isDirectory(here)) {
                names.add(here.toUri().toString());
            } else {
                Files.copy(here, folder.resolve(here.getFileName()));
                names.add(here.getFileName().toString());
            }
        }
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
        var jar = folder.resolve("main.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    private static FunctionSpec withArgv(FunctionSpec spec, List<String> argv) {
        return new FunctionSpec(
                spec.logicalId(),
                spec.name(),
                argv,
                spec.workingDirectory(),
                spec.environment(),
                spec.memoryMegabytes(),
                spec.timeout(),
                spec.reservedConcurrency(),
                spec.ephemeralStorageMegabytes(),
                spec.mounts(),
                spec.asyncRetries(),
                spec.asyncMaxAge(),
                spec.onFailureQueue());
    }

    private EnvironmentPool pool(Walls walls, FunctionSpec spec) throws Exception {
        return pool(walls, spec, MemoryGroups.find());
    }

    private EnvironmentPool pool(Walls walls, FunctionSpec spec, Optional<MemoryGroups> memory)
            throws Exception {
        var settings =
                new Machine.Settings(
                        directory,
                        List.of(),
                        "eu-west-1",
                        "000000000000",
                        "key",
                        "secret",
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        announced::add);
        var machine = Machine.start(settings, 10, memory, List.of(walls));
        open.add(machine);
        var pool = EnvironmentPool.open(spec, machine);
        open.add(pool);
        return pool;
    }

    private static String invoke(EnvironmentPool pool, String words) throws Exception {
        var run = pool.invoke("0199", ("\"" + words + "\"").getBytes(UTF_8));
        return switch (run.outcome()) {
            case Outcome.Answer(byte[] payload) -> new String(payload, UTF_8);
            case Outcome.Failure(_, byte[] payload) -> new String(payload, UTF_8);
        };
    }
}

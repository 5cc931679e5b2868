package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// How the processes of one function are started on this machine: as much of Lambda's walls as the
/// kernel grants here, found out by trying.
final class Sandbox {
    private static final Path TMP = Path.of("/tmp");
    private static final String TOOLS_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

    private final FunctionSpec spec;
    private final Machine.Settings machine;
    private final Optional<MemoryGroups> memory;
    private final Optional<Path> nativeLibrary;
    private final Walls walls;

    private Sandbox(
            FunctionSpec spec,
            Machine.Settings machine,
            Optional<MemoryGroups> memory,
            Optional<Path> nativeLibrary,
            Walls walls) {
        this.spec = spec;
        this.machine = machine;
        this.memory = memory;
        this.nativeLibrary = nativeLibrary;
        this.walls = walls;
    }

    /// Tries the walls from the most faithful on.
    static Sandbox prepare(FunctionSpec spec, Machine machine)
            throws IOException, InterruptedException {
        var settings = machine.settings();
        var library = NativeLibrary.unpack(spec.argv(), settings.dataDirectory().resolve("native"));
        for (var walls : machine.candidates(spec.mounts())) {
            var sandbox = new Sandbox(spec, settings, machine.memory(), library, walls);
            if (machine.isGranted(walls, spec.mounts()) || sandbox.works()) {
                machine.grant(walls, spec.mounts());
                return sandbox;
            }
        }
        throw new IOException("no process can be started for " + spec.name());
    }

    FunctionSpec spec() {
        return spec;
    }

    /// One sentence on what the function gets of Lambda's walls and what it does not.
    String describe() {
        var limit =
                memory.map(groups -> "memory limited by " + groups.describe())
                        .orElse("no memory cgroup may be made here: the heap alone is limited");
        return walls.describe() + "; " + limit;
    }

    /// A folder for what one process mounts; to be removed when it has ended.
    Path stage(String name) throws IOException {
        var stage = machine.dataDirectory().resolve("environments").resolve(name);
        Files.createDirectories(stage.resolve("tmp"));
        Files.createDirectories(stage.resolve("mnt"));
        return stage;
    }

    /// Starts one process of the function.
    Process start(Path stage, String runtimeApi, Optional<MemoryGroup> group) throws IOException {
        var variables = LambdaVariables.of(spec, machine, runtimeApi);
        var builder = builder(stage, group, spec.argv(), variables.getOrDefault("PATH", "/bin"));
        var environment = builder.environment();
        environment.clear();
        variables.forEach((name, value) -> environment.put(name, seen(value)));
        environment.merge("JAVA_TOOL_OPTIONS", javaOptions(stage), (own, ours) -> own + " " + ours);
        // For the shell; the function's own is set by the script, last.
        environment.put("PATH", TOOLS_PATH);
        return builder.start();
    }

    private boolean works() throws IOException, InterruptedException {
        var stage = stage(spec.logicalId() + "-trial");
        try {
            var builder = builder(stage, Optional.empty(), List.of("true"), TOOLS_PATH);
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            var process = builder.start();
            try {
                return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException _) {
            return false;
        } finally {
            Folders.delete(stage);
        }
    }

    private ProcessBuilder builder(
            Path stage, Optional<MemoryGroup> group, List<String> argv, String path)
            throws IOException {
        var inner = SandboxScript.inner(mounts(stage), spec.workingDirectory(), path);
        var command = new ArrayList<String>();
        // A session of its own: a Ctrl-C at the terminal is for the runner, which ends the rest.
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(
                List.of(
                        "/bin/sh",
                        "-c",
                        SandboxScript.outer(
                                walls.unshare(), group.map(MemoryGroup::processes), inner),
                        "sh"));
        command.addAll(argv);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private List<String> mounts(Path stage) throws IOException {
        var lines = new ArrayList<String>();
        if (walls == Walls.NONE) {
            return lines;
        }
        var folders =
                spec.mounts().entrySet().stream()
                        .map(it -> new SandboxScript.Mount(it.getValue(), Path.of(it.getKey())))
                        .toList();
        lines.addAll(SandboxScript.mountFolders(folders, stage.resolve("mnt")));
        var visible = visible();
        if (!visible.contains(TMP)) {
            lines.addAll(
                    SandboxScript.privateTmp(
                            spec.ephemeralStorageMegabytes(), visible, stage.resolve("tmp")));
        }
        return lines;
    }

    // What lies under /tmp and must be seen there all the same; nothing that lies in another.
    private List<Path> visible() throws IOException {
        var wanted = new TreeSet<Path>(machine.visible());
        wanted.add(machine.dataDirectory());
        spec.argv().stream()
                .flatMap(word -> Stream.of(word.split("[:=]")))
                .filter(word -> word.startsWith("/tmp/"))
                .map(word ->
                        Path.of(word.endsWith("/*") ? word.substring(0, word.length() - 2) : word))
                .map(Sandbox::withNeighbours)
                .forEach(wanted::add);
        if (!spec.workingDirectory().equals(TMP)) {
            wanted.add(spec.workingDirectory());
        }
        var program = Path.of(spec.argv().getFirst());
        if (Files.exists(program)) {
            // bin/java of a JDK needs lib beside bin
            wanted.add(program.toRealPath().resolve("../.."));
        }
        var needed = new ArrayList<Path>();
        for (var path : wanted) {
            var normal = path.toAbsolutePath().normalize();
            if (normal.startsWith(TMP)
                    && Files.exists(normal)
                    && needed.stream().noneMatch(normal::startsWith)) {
                needed.removeIf(it -> it.startsWith(normal));
                needed.add(normal);
            }
        }
        return needed;
    }

    // A jar may name others beside it.
    private static Path withNeighbours(Path path) {
        var folder = path.resolveSibling("");
        return Files.isRegularFile(path) && !folder.equals(TMP) ? folder : path;
    }

    // Without mounts a path below one is turned into the folder behind it.
    private String seen(String value) {
        if (walls != Walls.NONE) {
            return value;
        }
        for (var mount : spec.mounts().entrySet()) {
            var path = mount.getKey();
            if (value.equals(path) || value.startsWith(path + "/")) {
                return mount.getValue().folder() + value.substring(path.length());
            }
        }
        return value;
    }

    private String javaOptions(Path stage) {
        var options = new ArrayList<String>();
        nativeLibrary.ifPresent(file -> options.add("-D" + NativeLibrary.PROPERTY + "=" + file));
        if (walls == Walls.NONE) {
            options.add("-Djava.io.tmpdir=" + stage.resolve("tmp"));
        }
        if (memory.isEmpty()) {
            // What a JVM would read from the cgroup, so that its other flags mean what they say.
            options.add("-XX:MaxRAM=" + spec.memoryMegabytes() + "m");
        }
        return String.join(
                " ", options.stream().map(it -> it.contains(" ") ? "\"" + it + "\"" : it).toList());
    }
}

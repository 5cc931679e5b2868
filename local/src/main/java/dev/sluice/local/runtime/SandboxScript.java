package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The shell commands around a function's process: what ends it with the runner, what limits it,
/// and what it sees of this host. The process keeps the id of the shell, which `exec`s it.
final class SandboxScript {
    /*
     * The runner holds the other end of the shell's standard input and never writes to it while
     * the function is to live. However the runner ends, the kernel closes that end, and the
     * watcher, a child of the function's process, kills its parent. A death signal (prctl) would
     * not do: it is sent when the thread that forked ends, and the JDK's forking thread may end.
     * Before it kills, the watcher looks whether its parent is still the one it was made by, since
     * ids come again. It kills the whole process group, the function's own children with it, where
     * the function leads one. It holds no other file of the runner's, or the log would not end.
     */
    private static final String WATCHER =
            """
            exec 3<&0 </dev/null
            { read -r _ <&3 || { read -r _ _ _ parent _ </proc/self/stat \
            && [ "$parent" = $$ ] && { kill -9 -$$ || kill -9 $$; }; }; } >/dev/null 2>&1 &
            exec 3<&-
            """;

    private static final Path MNT = Path.of("/mnt");
    private static final Path TMP = Path.of("/tmp");

    private SandboxScript() {}

    /// Runs `$@`, with the inner script between, if the kernel lets it join the memory group.
    static String outer(List<String> unshare, Optional<Path> groupProcesses, String inner) {
        var script = new StringBuilder(WATCHER);
        groupProcesses.ifPresent(
                file -> script.append("echo $$ >").append(quote(file)).append(" || exit 125\n"));
        script.append("exec ");
        unshare.forEach(word -> script.append(quote(word)).append(' '));
        return script.append("/bin/sh -c ").append(quote(inner)).append(" sh \"$@\"\n").toString();
    }

    /// Goes to the working directory and becomes the function.
    static String inner(List<String> mounts, Path workingDirectory, String path) {
        var lines = new ArrayList<String>();
        lines.add("set -e");
        lines.addAll(mounts);
        lines.add("cd " + quote(workingDirectory));
        lines.add("PATH=" + quote(path));
        lines.add("export PATH");
        lines.add("exec \"$@\"");
        return String.join("\n", lines);
    }

    /// Puts a folder of this host at each path, read-only unless the function may write there.
    ///
    /// Where this host has no such directory, its parent is covered by an empty file system in
    /// which all that was there is bound again: the host itself is not touched.
    static List<String> mountFolders(Iterable<Mount> mounts, Path stage) throws IOException {
        var lines = new ArrayList<String>();
        var missing = new ArrayList<Mount>();
        for (var mount : mounts) {
            if (Files.isDirectory(mount.target)) {
                bind(lines, mount.folder, mount.target);
            } else {
                missing.add(mount);
            }
        }
        if (!missing.isEmpty()) {
            coverMnt(lines, missing, stage);
        }
        return lines;
    }

    /// Gives the function a `/tmp` of its own, in which the paths that it needs are seen again.
    static List<String> privateTmp(int megabytes, Iterable<Path> visible, Path stage) {
        var lines = new ArrayList<String>();
        lines.add(
                "mount -n -t tmpfs -o size="
                        + megabytes
                        + "m,mode=1777,nosuid,nodev tmpfs "
                        + quote(stage));
        for (var path : visible) {
            bindAgain(lines, path, stage.resolve(TMP.relativize(path)));
        }
        lines.add("mount -n --move " + quote(stage) + " /tmp");
        return lines;
    }

    static String quote(Object word) {
        return "'" + word.toString().replace("'", "'\\''") + "'";
    }

    private static void coverMnt(List<String> lines, List<Mount> missing, Path stage)
            throws IOException {
        lines.add("mount -n -t tmpfs -o size=1m,mode=755 tmpfs " + quote(stage));
        try (var children = Files.newDirectoryStream(MNT)) {
            for (var child : children) {
                bindAgain(lines, child, stage.resolve(MNT.relativize(child)));
            }
        }
        for (var mount : missing) {
            var target = stage.resolve(MNT.relativize(mount.target));
            lines.add("mkdir -p " + quote(target));
            bind(lines, mount.folder, target);
        }
        lines.add("mount -n --move " + quote(stage) + " /mnt");
    }

    private static void bindAgain(List<String> lines, Path source, Path target) {
        if (Files.isSymbolicLink(source)) {
            lines.add("mkdir -p " + quote(target.resolveSibling("")));
            lines.add("cp -P " + quote(source) + " " + quote(target));
            return;
        }
        if (Files.isDirectory(source)) {
            lines.add("mkdir -p " + quote(target));
        } else {
            lines.add("mkdir -p " + quote(target.resolveSibling("")));
            lines.add(": >" + quote(target));
        }
        lines.add("mount -n --rbind " + quote(source) + " " + quote(target));
    }

    // Without privileges a remount must repeat the flags that the mount below it carries.
    private static void bind(List<String> lines, FunctionSpec.Mount folder, Path target) {
        lines.add("mount -n --bind " + quote(folder.folder()) + " " + quote(target));
        if (folder.writable()) {
            return;
        }
        var remount = "mount -n -o remount,bind,ro";
        lines.add(
                "%s %s 2>/dev/null || %s,nosuid,nodev %s"
                        .formatted(remount, quote(target), remount, quote(target)));
    }

    /// A folder of this host and where the function sees it.
    record Mount(FunctionSpec.Mount folder, Path target) {}
}

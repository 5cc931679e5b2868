package dev.sluice.small;

import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the stack's processes have worked so far, in milliseconds of a processor. Unlike the time
/// of the clock it hardly depends on what else the machine does.
///
/// @param local the servers in `up` itself: S3, SQS, Lambda, the database proxy
record CpuTime(double functions, double local, double postgres, double client) {
    private static final double MILLIS_PER_TICK = 10;

    static CpuTime of(UpProcess up) {
        double functions = 0;
        double postgres = 0;
        for (var child : up.children()) {
            var command = child.info().command().orElse("");
            double millis = millis(child.pid());
            if (command.endsWith("/java")) {
                functions += millis;
            } else {
                postgres += millis;
            }
        }
        return new CpuTime(
                functions,
                millis(up.handle().pid()),
                postgres,
                millis(ProcessHandle.current().pid()));
    }

    private static double millis(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // behind the name, which may hold blanks: utime and stime are the 14th and 15th
            var fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", /* limit= */ 0));
            return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12)))
                    * MILLIS_PER_TICK;
        } catch (IOException _) {
            // it has ended
            return 0;
        }
    }

    /// The work since `before`, for each of so many files.
    CpuTime since(CpuTime before, int files) {
        return new CpuTime(
                (functions - before.functions) / files,
                (local - before.local) / files,
                (postgres - before.postgres) / files,
                (client - before.client) / files);
    }
}

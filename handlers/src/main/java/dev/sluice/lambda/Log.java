package dev.sluice.lambda;

import java.io.PrintWriter;
import java.io.StringWriter;

/// One JSON object per line on standard output, where Lambda takes logs from. Never raw rows; keys
/// of objects only as JSON strings, so that none can forge a line.
public final class Log {
    private Log() {}

    public static void info(String message, Json.Members members) {
        write("INFO", message, members);
    }

    public static void warn(String message, Json.Members members) {
        write("WARN", message, members);
    }

    /// A failure with its stack trace: for the log, never for a client.
    public static void error(String message, Throwable failure) {
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        write("ERROR", message, line -> line.put("failure", trace.toString()));
    }

    private static void write(String level, String message, Json.Members members) {
        System.out.println(
                Json.object(line -> {
                    line.put("level", level).put("message", message);
                    members.write(line);
                }));
    }
}

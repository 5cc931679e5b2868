package dev.sluice.local.runtime;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// The error documents that Lambda writes when a runtime could not.
final class Failures {
    private static final Map<Integer, String> SIGNALS =
            Map.of(
                    1, "hangup",
                    2, "interrupt",
                    3, "quit",
                    4, "illegal instruction",
                    6, "aborted",
                    7, "bus error",
                    8, "floating point exception",
                    9, "killed",
                    11, "segmentation fault",
                    15, "terminated");

    private Failures() {}

    static Outcome.Failure timeout(String requestId, Duration limit) {
        return of("Sandbox.Timedout", requestId, timeoutMessage(limit));
    }

    static String timeoutMessage(Duration limit) {
        return String.format(
                Locale.ROOT, "Task timed out after %.2f seconds", limit.toMillis() / 1000.0);
    }

    static Outcome.Failure exit(String requestId, int status) {
        return of("Runtime.ExitError", requestId, exitMessage(status));
    }

    static String exitMessage(int status) {
        if (status == 0) {
            return "Runtime exited without providing a reason";
        }
        // The JDK tells a signal from an exit only by this convention of shells.
        var signal = SIGNALS.get(status - 128);
        return "Runtime exited with error: "
                + (signal == null ? "exit status " + status : "signal: " + signal);
    }

    static Outcome.Failure tooLarge() {
        var document = new LinkedHashMap<String, String>();
        document.put(
                "errorMessage",
                "Response payload size exceeded maximum allowed payload size ("
                        + RuntimeApi.MAX_RESPONSE_BYTES
                        + " bytes).");
        document.put("errorType", "Function.ResponseSizeTooLarge");
        return new Outcome.Failure("Function.ResponseSizeTooLarge", json(document));
    }

    static byte[] json(Map<String, ?> document) {
        try {
            return JSON.std.asBytes(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Outcome.Failure of(String type, String requestId, String message) {
        var document = new LinkedHashMap<String, String>();
        document.put("errorType", type);
        document.put("errorMessage", "RequestId: " + requestId + " Error: " + message);
        return new Outcome.Failure(type, json(document));
    }
}

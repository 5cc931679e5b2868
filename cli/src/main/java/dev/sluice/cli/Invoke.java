package dev.sluice.cli;

import com.fasterxml.jackson.core.JacksonException;
import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Functions;
import dev.sluice.cli.stack.Functions.Invocation;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice invoke`.
@Command(
        name = "invoke",
        header = "Invokes a function once.",
        description =
                "Invokes a function once: prints its result on standard output and the end of its"
                        + " log on standard error. Ends with 1 when the function failed.")
final class Invoke implements Callable<Integer> {
    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            index = "0",
            paramLabel = "FUNCTION",
            description = "Its id in the template, such as Status, or its name.")
    private String function = "";

    @Parameters(
            index = "1",
            paramLabel = "EVENT.json",
            description = "The event, such as one of events/.")
    private Path event = Path.of("");

    @Option(names = "--json", description = "Prints result, error and log as one JSON object.")
    private boolean json;

    Invoke(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        var text = read();
        try (var functions = Functions.of(stack.endpoints())) {
            var invocation = functions.invoke(function, text);
            if (json) printJson(invocation);
            else print(invocation);
            return (invocation.error() == null ? ExitCode.DONE : ExitCode.FAILED).number();
        }
    }

    private String read() throws IOException {
        try {
            var text = Files.readString(event);
            var _ = Json.tree(text);
            return text;
        } catch (NoSuchFileException e) {
            throw new Complaint("There is no file " + event + ".", e);
        } catch (JacksonException e) {
            var place = e.getLocation();
            throw new Complaint(
                    "%s is not JSON: see line %d, column %d."
                            .formatted(event, place.getLineNr(), place.getColumnNr()),
                    e);
        }
    }

    private void print(Invocation invocation) {
        if (!invocation.log().isEmpty()) {
            err.line(err.ink(Ink.DIM, invocation.log().stripTrailing()));
        }
        if (invocation.error() != null) err.line(err.ink(Ink.RED, "The function failed."));
        out.line(pretty(invocation.payload()));
    }

    private static String pretty(String payload) {
        try {
            return Json.pretty(Json.tree(payload));
        } catch (IOException _) {
            // Lambda passes on whatever a function wrote
            return payload;
        }
    }

    private void printJson(Invocation invocation) {
        var result = new LinkedHashMap<String, Object>();
        result.put("payload", payload(invocation));
        result.put("error", invocation.error());
        result.put("log", invocation.log());
        out.line(Json.pretty(result));
    }

    private static Object payload(Invocation invocation) {
        try {
            return Json.tree(invocation.payload());
        } catch (IOException _) {
            // not JSON: it goes as text
            return invocation.payload();
        }
    }
}

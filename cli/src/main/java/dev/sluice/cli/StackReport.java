package dev.sluice.cli;

import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.Migration;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a running stack offers, and lines to paste that use it.
final class StackReport {
    private static final int LABEL_WIDTH = 10;
    private static final String SAMPLE = "cli/src/main/resources/samples/navaids.csv";

    private final Terminal out;

    StackReport(Terminal out) {
        this.out = out;
    }

    void print(LocalStack stack, LocalStack.Settings settings) {
        var endpoints = stack.endpoints();
        out.blankLine();
        field("api", endpoints.api());
        field("s3", endpoints.s3() + "  bucket " + endpoints.inbox());
        field("sqs", endpoints.sqs());
        field("lambda", endpoints.lambda());
        field("database", endpoints.database());
        field("assets", assets(settings.assets()) + bucket(endpoints));
        field("data", stack.data().path());
        datasets(stack.datasets());
        out.blankLine();
        out.line("Drop a file, follow its job, look at the rows:");
        out.blankLine();
        out.line(copyLine(endpoints, sample(settings)));
        out.line(curlLine(endpoints, stack.data().authorizationHeader()));
        out.line("psql " + endpoints.database() + " -c 'SELECT count(*) FROM navaids'");
        out.blankLine();
        out.line("Stop with Ctrl-C.");
    }

    /// What passed the database proxy.
    void databaseProxy(LocalStack stack) {
        stack.databaseProxy().ifPresent(it -> out.line("The database proxy: " + it + "."));
    }

    // what lies beside the link is not what the functions see
    private static String assets(Path folder) {
        var current = folder.resolve("current");
        return Files.isSymbolicLink(current) ? current + " (a version)" : folder.toString();
    }

    private static String bucket(Endpoints endpoints) {
        return endpoints.assets() == null ? "" : "  bucket " + endpoints.assets();
    }

    private void field(String name, @Nullable Object value) {
        out.line("  " + out.ink(Ink.DIM, Text.padRight(name, LABEL_WIDTH)) + value);
    }

    private void datasets(Migration.Outcome datasets) {
        var names =
                datasets.applied().stream()
                        .map(Migration.Applied::dataset)
                        .sorted()
                        .collect(Collectors.joining(", "));
        field("datasets", names.isEmpty() ? "none" : names);
        for (var refused : datasets.refused()) {
            var name = out.ink(Ink.YELLOW, refused.dataset() + " refused");
            field("", name + ": " + Text.safe(refused.sentence()));
        }
    }

    static Path sample(LocalStack.Settings settings) {
        var sample = settings.installation().home().resolve(SAMPLE);
        var here = Path.of("").toAbsolutePath();
        return sample.startsWith(here) ? here.relativize(sample) : sample;
    }

    static String copyLine(Endpoints endpoints, Path file) {
        return """
        AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s \\
          aws --region %s --endpoint-url %s \\
          s3 cp %s s3://%s/demo/navaids/\
        """
                .formatted(
                        endpoints.accessKeyId(),
                        endpoints.secretAccessKey(),
                        endpoints.region(),
                        endpoints.s3(),
                        file,
                        endpoints.inbox());
    }

    static String curlLine(Endpoints endpoints, Path header) {
        return "curl -H @%s %s/v1/jobs".formatted(header, endpoints.api());
    }
}

package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.springframework.batch.core.job.Job;

/// A Spring Batch job in a JVM of its own; the start of that JVM does not count.
final class SpringBatch implements Contender {
    private final String jdbcUrl;
    private final Tool tool = new Tool();

    private SpringBatch(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    static SpringBatch of(Database database) throws SQLException {
        try (var connection = database.connect()) {
            var metaData = connection.getMetaData();
            var url = metaData.getURL();
            return new SpringBatch(
                    "%s%sreWriteBatchedInserts=true&stringtype=unspecified&user=%s"
                            .formatted(url, url.contains("?") ? "&" : "?", metaData.getUserName()));
        }
    }

    static String version() {
        return String.valueOf(Job.class.getPackage().getImplementationVersion());
    }

    @Override
    public String name() {
        return "Spring Batch";
    }

    @Override
    public String description() {
        return "JDBC batches of 1,000";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        var _ =
                tool.run(
                        List.of(
                                java,
                                // as much as a Load has in all
                                "-Xmx512m",
                                "-cp",
                                classPath,
                                SpringBatchJob.class.getName(),
                                jdbcUrl,
                                sample.name(),
                                file.toString()));
        return tool.output()
                .lines()
                .filter(line -> line.startsWith(SpringBatchJob.SECONDS))
                .mapToDouble(
                        line -> Double.parseDouble(line.substring(SpringBatchJob.SECONDS.length())))
                .findFirst()
                .orElseThrow(() -> new IOException("Spring Batch did not say how long it took"));
    }

    @Override
    public String peakMegabytes() {
        return tool.peakMegabytes();
    }
}

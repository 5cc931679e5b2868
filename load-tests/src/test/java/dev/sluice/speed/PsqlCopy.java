package dev.sluice.speed;

import java.nio.file.Path;
import java.util.List;

/// `psql \copy … csv`: the client that comes with PostgreSQL.
final class PsqlCopy implements Contender {
    private final String uri;
    private final Tool tool = new Tool();

    PsqlCopy(String uri) {
        this.uri = uri;
    }

    @Override
    public String name() {
        return "psql";
    }

    @Override
    public String description() {
        return "\\copy … csv";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var copy =
                "\\copy %s (%s) from '%s' csv header"
                        .formatted(sample.table(), String.join(",", sample.columnNames()), file);
        return tool.run(List.of("psql", uri, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", copy));
    }

    @Override
    public String peakMegabytes() {
        return tool.peakMegabytes();
    }
}

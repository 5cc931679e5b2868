package dev.sluice.speed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// pgloader, with the settings of its own manual's CSV example.
final class PgLoader implements Contender {
    private final String uri;
    private final Path folder;
    private final Tool tool = new Tool();

    PgLoader(String uri, Path folder) {
        this.uri = uri;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "pgloader";
    }

    @Override
    public String description() {
        return "its manual's settings for CSV";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var columns = String.join(",", sample.columnNames());
        var script = folder.resolve(sample.table() + ".load");
        var target = uri.contains("?") ? uri.substring(0, uri.indexOf('?')) : uri;
        Files.writeString(
                script,
                """
                LOAD CSV FROM '%s' (%s)
                  INTO %s
                  TARGET TABLE public.%s (%s)
                  WITH skip header = 1, fields optionally enclosed by '"',
                       fields escaped by double-quote, fields terminated by ',';
                """
                        .formatted(file, columns, target, sample.table(), columns));
        return tool.run(List.of("pgloader", "--quiet", script.toString()));
    }

    @Override
    public String peakMegabytes() {
        return tool.peakMegabytes();
    }
}

package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// The row path beside other parsers, on the same bytes in memory, each on one thread. No figure
/// fails the run; another number of rows does.
///
/// `-Dsample=orders` and `-Dcontender=sluice` pick one sample, or the contenders whose names begin
/// so; `-Dforks=2` makes the medians steadier.
@Tag("long")
@Tag("rowpath")
final class RowPathTest {
    private static final Map<String, String> NAMES = names();
    private static final String OURS = "sluice";

    private static Map<String, String> names() {
        var names = new LinkedHashMap<String, String>();
        names.put(OURS, "Sluice: parsed, checked, encoded for COPY");
        names.put("fastCsv", "FastCSV: strings");
        names.put("fastCsvAndValues", "FastCSV and the JDK's values");
        names.put("univocity", "univocity: strings");
        names.put("univocityAndValues", "univocity and the JDK's values");
        names.put("sluiceSplitter", "Sluice: only where the file may be cut");
        return names;
    }

    @Test
    void readsTheSameRowsAsEveryoneElse() throws Exception {
        var only = System.getProperty("sample");
        var samples =
                only == null
                        ? Arrays.stream(Sample.values()).map(Sample::name).toList()
                        : List.of(only.toUpperCase(Locale.ROOT));
        var contender = System.getProperty("contender", "");
        var options =
                new OptionsBuilder()
                        .include("RowPathBenchmark\\." + contender)
                        .param("sample", samples.toArray(String[]::new))
                        .forks(Integer.getInteger("forks", 1))
                        .warmupIterations(5)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(7)
                        .measurementTime(TimeValue.seconds(1))
                        .shouldFailOnError(true)
                        .jvmArgs("-XX:+UseSerialGC", "-Xmx1g")
                        .build();
        var results = new Runner(options).run();
        assertThat(results).isNotEmpty();
        publish(markdown(samples, results));
    }

    private static String markdown(List<String> samples, Collection<RunResult> results)
            throws IOException {
        var text =
                new StringBuilder("## Row path\n\n" + Machine.description() + " One thread.\n\n");
        text.append("| MB/s, median (slowest to fastest); × ours |");
        samples.forEach(
                sample -> text.append(' ').append(sample.toLowerCase(Locale.ROOT)).append(" |"));
        text.append("\n|---|").append("---|".repeat(samples.size())).append('\n');
        for (var contender : NAMES.entrySet()) {
            var line = new StringBuilder("| " + contender.getValue() + " |");
            for (var sample : samples) {
                line.append(' ').append(cell(contender.getKey(), sample, results)).append(" |");
            }
            if (!line.toString().endsWith("|" + "  |".repeat(samples.size()))) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }

    private static String cell(String contender, String sample, Collection<RunResult> results)
            throws IOException {
        var size = RowPathFile.of(Sample.valueOf(sample), RowPathBenchmark.SCALE).size();
        var each = megabytesPerSecond(contender, sample, size, results);
        if (each.length == 0) {
            return "";
        }
        var ours = megabytesPerSecond(OURS, sample, size, results);
        var ratio =
                ours.length == 0 || contender.equals(OURS)
                        ? ""
                        : String.format(Locale.ROOT, "; %.2f ×", median(each) / median(ours));
        return String.format(
                Locale.ROOT,
                "**%.0f** (%.0f to %.0f)%s",
                median(each),
                each[0],
                each[each.length - 1],
                ratio);
    }

    // of each iteration, in order
    private static double[] megabytesPerSecond(
            String contender, String sample, long bytes, Collection<RunResult> results) {
        return results.stream()
                .filter(result ->
                        result.getParams().getParam("sample").equals(sample)
                                && result.getParams().getBenchmark().endsWith('.' + contender))
                .flatMap(result -> result.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> bytes / 1e3 / iteration.getPrimaryResult().getScore())
                .sorted()
                .toArray();
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private static void publish(String text) throws IOException {
        var home = Path.of("..").toAbsolutePath().normalize();
        var file = Files.createDirectories(home.resolve(".build/speed")).resolve("rowpath.md");
        Files.writeString(file, text, UTF_8);
        say("the table is in .build/speed/rowpath.md\n\n" + text);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}

package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The files of others that tests read.
final class Corpus {
    private static final List<String> CSV_SPECTRUM =
            List.of(
                    "comma_in_quotes",
                    "empty",
                    "empty_crlf",
                    "escaped_quotes",
                    "json",
                    "location_coordinates",
                    "newlines",
                    "newlines_crlf",
                    "quotes_and_newlines",
                    "simple",
                    "simple_crlf",
                    "utf8");

    /// A file of csv-spectrum with the records that its JSON says it has.
    record Sample(String name, List<Map<String, Object>> expected) {
        byte[] bytes() {
            return Corpus.bytes("csv-spectrum/csvs/%s.csv".formatted(name));
        }

        /// The header by another reader.
        String[] header() {
            try (var reader = CsvReader.builder().ofCsvRecord(new String(bytes(), UTF_8))) {
                return reader.iterator().next().getFields().toArray(new String[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Corpus() {}

    static Stream<Sample> csvSpectrum() {
        return CSV_SPECTRUM.stream()
                .map(name -> {
                    // the one number in which this corpus does not agree with itself
                    var json =
                            new String(bytes("csv-spectrum/json/%s.json".formatted(name)), UTF_8)
                                    .replace("1234567890", "2095257564");
                    try {
                        var expected =
                                json.startsWith("{") ? List.of(JSON.std.mapFrom(json)) : maps(json);
                        return new Sample(name, expected);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static List<Map<String, Object>> maps(String json) throws IOException {
        var maps = new ArrayList<Map<String, Object>>();
        for (var item : JSON.std.arrayFrom(json)) {
            maps.add(JSON.std.mapFrom(JSON.std.asString(item)));
        }
        return maps;
    }

    static byte[] bytes(String file) {
        try (InputStream in = Corpus.class.getResourceAsStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

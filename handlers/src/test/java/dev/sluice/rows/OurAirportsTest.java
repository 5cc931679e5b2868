package dev.sluice.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.rows.Reading.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The danger: the datasets that come with the product refuse the real files they were made for.
class OurAirportsTest {
    private static final Path ASSETS = Path.of("../assets");

    @ParameterizedTest
    @CsvSource({"countries, 249", "regions, 3987", "navaids, 11008"})
    void everyRecordIsGood(String name, int records) throws IOException {
        var dataset = new Assets(ASSETS).dataset(name);
        var file =
                name.equals("countries")
                        ? Files.readAllBytes(ASSETS.resolve("lookups/countries.csv"))
                        : Corpus.bytes("ourairports/%s.csv".formatted(name));
        var reading = Reading.whole(Way.FAST, dataset, file, Limits.DEFAULT);
        assertThat(reading.rejects()).isEmpty();
        assertThat(reading.rows()).hasSize(records);
        assertThat(Reading.whole(Way.PLAIN, dataset, file, Limits.DEFAULT)).isEqualTo(reading);
        assertThat(Reading.chunked(dataset, file, 10_000, Limits.DEFAULT)).isEqualTo(reading);
    }
}

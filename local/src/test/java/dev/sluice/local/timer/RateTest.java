package dev.sluice.local.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @ParameterizedTest
    @CsvSource({
        "rate(1 minute), PT1M",
        "rate(5 minutes), PT5M",
        "rate(1 hour), PT1H",
        "rate(12 hours), PT12H",
        "rate(1 day), P1D",
        "rate(7 days), P7D"
    })
    void readsARate(String expression, Duration interval) {
        assertThat(Rate.parse(expression).interval()).isEqualTo(interval);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rate(1 minutes)",
                "rate(5 minute)",
                "rate(0 minutes)",
                "rate(-1 minutes)",
                "rate(30 seconds)",
                "rate(5minutes)",
                "rate( 5 minutes )",
                "cron(0 12 * * ? *)",
                "at(2026-11-22T13:00:00)",
                ""
            })
    void refusesWhatIsNoRateByName(String expression) {
        assertThatThrownBy(() -> Rate.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Schedule expression " + expression + " is not supported");
    }
}

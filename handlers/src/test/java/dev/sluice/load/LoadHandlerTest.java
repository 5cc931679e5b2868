package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The danger: all tries used up in the first seconds of a trouble that lasts a minute.
class LoadHandlerTest {

    @Test
    void givesTroubleMoreTimeBeforeEachFurtherTry() {
        var patience = Duration.ofMinutes(2);

        assertThat(IntStream.rangeClosed(1, 6).map(times -> LoadHandler.delay(times, patience)))
                .containsExactly(0, 7, 30, 120, 120, 120);
        assertThat(LoadHandler.delay(1000, patience)).isEqualTo(120);
    }
}

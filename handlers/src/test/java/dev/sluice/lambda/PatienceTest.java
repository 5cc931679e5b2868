package dev.sluice.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The danger: a deployment without a setting, or with a wrong one, that waits for ever or not at
/// all.
class PatienceTest {

    @Test
    void waitsTwoMinutesWhereNothingIsSet() {
        var patience = Patience.from(new Settings(Map.of()));

        assertThat(patience.message()).isEqualTo(Duration.ofMinutes(2));
        assertThat(patience.event()).isEqualTo(Duration.ofMinutes(2));
        assertThat(patience.planLease()).isEqualTo(Duration.ofMinutes(1));
        assertThat(patience.plan()).isEqualTo(Duration.ofSeconds(70));
        assertThat(patience.transaction()).isEqualTo(Duration.ofSeconds(150));
        assertThat(patience.tries()).isEqualTo(5);
    }

    @Test
    void letsAnInvocationHoldAPlanShorterThanTheNextTryWaits() {
        var patience = Patience.from(new Settings(Map.of("PATIENCE_SECONDS", "1")));

        assertThat(patience.planLease()).isLessThan(patience.plan());
        assertThat(patience.plan()).isLessThan(patience.message());
    }

    @Test
    void refusesASettingThatIsNoTime() {
        assertThatThrownBy(() -> Patience.from(new Settings(Map.of("RETENTION_DAYS", "0"))))
                .hasMessage("the setting RETENTION_DAYS is '0', not a whole number from 1 to 3653");
    }
}

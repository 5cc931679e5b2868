package dev.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The danger of a simulation: that it sees nothing. So each rule of the protocol is broken once,
/// and it has to say so. The long run is `./sluice test simulation`.
final class SimulationTest {
    @Test
    void keepsEveryPromiseUnderFaults() throws InterruptedException {
        var result = Simulation.run(/* first= */ 1, /* schedules= */ 2_000, Mutant.NONE);

        assertThat(result.finding()).isNull();
        assertThat(result.faults()).isGreaterThan(2_000);
    }

    @ParameterizedTest
    @CsvSource({
        "FENCE, 20000",
        "LAST_CHUNK, 200",
        "PUBLISH, 40000",
        "PLAN_FENCE, 10000",
        "RETRY_FENCE, 10000",
        "ENDED_JOB, 2000",
        "REPLACE, 2000",
        "REJECT_LIMIT, 2000",
        "ORDER, 2000",
        "SPLIT_COMMIT, 200",
        "DUPLICATE_OF_ANY, 2000",
        "NO_SWEEP_OF_CHUNKS, 2000",
        "NO_SWEEP_OF_PLANS, 2000",
        "NO_SWEEP_OF_DROPS, 2000"
    })
    void findsARuleThatIsBroken(Mutant mutant, int within) throws InterruptedException {
        var finding = Simulation.run(/* first= */ 1, within, mutant).finding();

        assertThat(finding).extracting(found -> found.schedule().size()).isNotEqualTo(0);
    }

    @Test
    void doesTheSameForTheSameSeed() {
        for (long seed = 1; seed <= 200; seed++) {
            var one = Trace.on();
            var other = Trace.on();
            var choices = Choices.of(seed);
            Simulation.run(choices, Mutant.NONE, one);
            Simulation.run(Choices.replay(choices.made()), Mutant.NONE, other);

            assertThat(other.lines()).isEqualTo(one.lines());
        }
    }
}

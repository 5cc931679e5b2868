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
        var result = Simulation.run(/* first= */ 1, /* schedules= */ 1_000, Mutant.NONE);

        assertThat(result.finding()).isNull();
        assertThat(result.faults()).isGreaterThan(1_000);
    }

    /*
     * The first seed stands a little before one that finds it, which keeps this test short; should a change of the
     * model move that, the search goes on from there.
     */
    @ParameterizedTest
    @CsvSource({
        "FENCE, 1",
        "LAST_CHUNK, 1",
        "PUBLISH, 1",
        "PLAN_FENCE, 1",
        "RETRY_FENCE, 600",
        "ENDED_JOB, 1",
        "REPLACE, 1",
        "REJECT_LIMIT, 1",
        "SUPERSEDED, 1200",
        "ORDER, 1",
        "SPLIT_COMMIT, 1",
        "DUPLICATE_OF_ANY, 1",
        "NO_SWEEP_OF_CHUNKS, 1",
        "NO_SWEEP_OF_PLANS, 1",
        "NO_SWEEP_OF_DROPS, 1"
    })
    void findsARuleThatIsBroken(Mutant mutant, long first) throws InterruptedException {
        var finding = Simulation.run(first, /* schedules= */ 40_000, mutant).finding();

        assertThat(finding).extracting(found -> found.schedule().size()).isNotEqualTo(0);
    }

    @Test
    void doesTheSameForTheSameSeed() {
        for (long seed = 1; seed <= 100; seed++) {
            var one = Trace.on();
            var other = Trace.on();
            var choices = Choices.of(seed);
            Simulation.run(choices, Mutant.NONE, one);
            Simulation.run(Choices.replay(choices.made()), Mutant.NONE, other);

            assertThat(other.lines()).isEqualTo(one.lines());
        }
    }
}

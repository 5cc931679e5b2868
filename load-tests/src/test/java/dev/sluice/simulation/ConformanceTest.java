package dev.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The danger: a simulation that proves something of a model which is not the product. So the same
/// statements run at random against the model and against the SQL, on two connections that wait for
/// each other, and give the same answers and leave the same rows. `-Dsequences=N` runs more.
final class ConformanceTest {
    private static final int STEPS = 60;

    @Test
    void answersAsTheLedgerDoes() throws Exception {
        int sequences = Integer.getInteger("sequences", 150);
        long first = Long.getLong("seed", 1);
        long waits = 0;
        try (var ledger = RealLedger.start()) {
            for (long seed = first; seed < first + sequences; seed++) {
                ledger.empty();
                var both = new BothLedgers(ledger, Choices.of(seed));
                for (int step = 0; step < STEPS; step++) {
                    both.step();
                }
                both.finish();
                waits += both.waits();
            }
        }
        assertThat(waits).as("statements that waited for another").isGreaterThan(sequences / 10);
    }
}

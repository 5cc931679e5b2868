package dev.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rounds of faults on one stack. `-Drounds=N` and `-Dseed=S` choose; each round prints its seed,
/// and `-Drounds=1 -Dseed=` that one sets the same faults again. After `-Dminutes=M` no round
/// begins.
@Tag("long")
@Tag("faults")
final class FaultsTest {
    private static final int BETWEEN_REPEATS = 10;
    private static final int ROUNDS_TO_SEE_EVERY_KIND = 10 * Kind.ALL.size();

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000_000L);
    private final int rounds = Integer.getInteger("rounds", 100);
    private final int minutes = Integer.getInteger("minutes", 600);

    @Test
    void keepsItsPromisesWhateverFails(@TempDir Path folder) throws Exception {
        var home = Path.of("..").toAbsolutePath().normalize();
        var report = new Report(seed, rounds);
        Report.say("seed %d, %d rounds".formatted(seed, rounds));
        try (var stack = TestedStack.start(home, folder);
                var mine = stack.jobs(TestedStack.TENANT);
                var foreign = stack.jobs("other")) {
            var ledger = new Ledger(stack.database());
            ledger.watch();
            long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
            for (int number = 1; number <= rounds && System.nanoTime() < end; number++) {
                // The first round's is the run's own seed, so that one round can be had again.
                long roundSeed = number == 1 ? seed : seedOf(number);
                var round = Round.of(roundSeed, number, firstKind(roundSeed));
                long rowsBefore = ledger.rows();
                var result = new RoundRun(stack, ledger, mine, foreign, round).run(rowsBefore);
                report.add(result);
                if (number % BETWEEN_REPEATS == 0 && round.hasOneOutcome()) {
                    // other keys, since those of the first run are known to the ledger
                    var again = Round.of(roundSeed, rounds + number, firstKind(roundSeed));
                    report.addAgain(
                            result,
                            new RoundRun(stack, ledger, mine, foreign, again).run(ledger.rows()));
                }
            }
        } finally {
            report.finish(home.resolve(".build").resolve("faults.json"));
        }
        assertThat(report.findings()).as("violations").isEmpty();
        if (report.rounds() >= ROUNDS_TO_SEE_EVERY_KIND) {
            assertThat(report.idle()).as("kinds that never struck").isEmpty();
        }
    }

    /// The kinds take turns.
    private long seedOf(int number) {
        int kinds = Kind.ALL.size();
        long any = new Random(seed + number).nextInt(1 << 30);
        return any - any % kinds + Math.floorMod(seed + number - 1, kinds);
    }

    // Follows from the round's seed alone, or the round could not be had again.
    private static Kind firstKind(long roundSeed) {
        return Kind.ALL.get(Math.floorMod(roundSeed, Kind.ALL.size()));
    }
}

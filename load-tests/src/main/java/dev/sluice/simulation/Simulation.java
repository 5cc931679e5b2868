package dev.sluice.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Many schedules of the protocol, each from its own seed.
final class Simulation {
    private Simulation() {}

    /// What one schedule came to.
    ///
    /// @param violation the promise that was broken, null when all were kept
    record Outcome(@Nullable String violation, int faults, int steps) {}

    /// A broken promise, made as short as can be.
    record Finding(long seed, String violation, List<String> schedule) {}

    /// What many schedules came to.
    ///
    /// @param finding null when every promise was kept
    record Result(
            long schedules, long faults, long steps, long millis, @Nullable Finding finding) {}

    /// Runs one schedule.
    static Outcome run(Choices choices, Mutant mutant, Trace trace) {
        var world = new World(choices, mutant, trace);
        String violation = null;
        try {
            world.run();
        } catch (Violation e) {
            violation = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            // a bug of the model: as good as a broken promise
            violation = String.valueOf(e);
        }
        return new Outcome(violation, world.faultsMade(), world.steps());
    }

    /// Runs schedules of the seeds `first`, `first + 1`, … on all processors, until one breaks a
    /// promise.
    static Result run(long first, long schedules, Mutant mutant) throws InterruptedException {
        var next = new AtomicLong();
        var done = new AtomicLong();
        var died = new AtomicReference<@Nullable Throwable>();
        var stop = new AtomicBoolean();
        var faults = new AtomicLong();
        var steps = new AtomicLong();
        var failed = new AtomicReference<@Nullable Long>();
        long began = System.nanoTime();
        var workers = new ArrayList<Thread>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            workers.add(
                    Thread.ofPlatform()
                            .uncaughtExceptionHandler((_, e) -> died.set(e))
                            .start(() -> {
                                long at;
                                while (!stop.get() && (at = next.getAndIncrement()) < schedules) {
                                    long seed = first + at;
                                    var outcome = run(Choices.of(seed), mutant, Trace.off());
                                    done.incrementAndGet();
                                    faults.addAndGet(outcome.faults());
                                    steps.addAndGet(outcome.steps());
                                    if (outcome.violation() != null) {
                                        stop.set(true);
                                        failed.accumulateAndGet(seed, Simulation::earlier);
                                    }
                                }
                            }));
        }
        for (var worker : workers) {
            worker.join();
        }
        // What was not run must not pass for kept promises.
        if (died.get() != null) {
            throw new IllegalStateException("a worker died", died.get());
        }
        long millis = (System.nanoTime() - began) / 1_000_000;
        var seed = failed.get();
        return new Result(
                done.get(),
                faults.get(),
                steps.get(),
                millis,
                seed == null ? null : shortest(seed, mutant));
    }

    private static Long earlier(@Nullable Long one, Long other) {
        return one == null ? other : Long.valueOf(Math.min(one, other));
    }

    /// The seed's schedule, shrunk, as text.
    private static Finding shortest(long seed, Mutant mutant) {
        var choices = Choices.of(seed);
        run(choices, mutant, Trace.off());
        var shortest = Shrinker.shrink(mutant, choices.made());
        var trace = Trace.on();
        var outcome = run(Choices.replay(shortest), mutant, trace);
        return new Finding(seed, String.valueOf(outcome.violation()), trace.lines());
    }
}

package dev.sluice.simulation;

import dev.sluice.simulation.Dataset.Mode;
import dev.sluice.simulation.Dataset.OnReplace;
import dev.sluice.simulation.DroppedFile.Line;
import dev.sluice.simulation.DroppedFile.Quality;
import java.util.ArrayList;
import java.util.List;

/// What one schedule is about: the dataset, the drops, and how much goes wrong.
///
/// @param faultEvery a fault comes at about every so many steps
/// @param steadiness how strongly the scheduler prefers the function that ran last
record Scenario(
        Dataset dataset,
        List<Put> puts,
        int faults,
        int faultEvery,
        int steadiness,
        List<Fault> kinds) {
    private static final int[] GAPS = {0, 500, 61_000, 600_000};
    private static final int[] EVENT_DELAYS = {0, 0, 1_000, 90_000};
    private static final int[] FAULT_RATES = {40, 15, 6};
    private static final int[] STEADINESS = {8, 2, 0};
    private static final int IDS = 6;
    private static final int MOST_FAULTS = 6;
    private static final int MOST_KINDS = 5;
    private static final int MOST_PUTS = 4;
    private static final int MOST_CHUNKS = 4;
    private static final int MOST_LINES = 3;

    /// A client puts an object.
    ///
    /// @param eventAfter how long S3 takes to tell
    record Put(int key, DroppedFile file, long at, long eventAfter, boolean dryRun) {}

    static Scenario draw(Choices choices, long begin) {
        return new Scenario(
                dataset(choices),
                puts(choices, begin),
                choices.below(MOST_FAULTS + 1),
                FAULT_RATES[choices.below(FAULT_RATES.length)],
                STEADINESS[choices.below(STEADINESS.length)],
                kinds(choices));
    }

    private static Dataset dataset(Choices choices) {
        return new Dataset(choices.below(3) == 2, Mode.APPEND, OnReplace.APPEND, -1);
    }

    /*
     * Always as many decisions, however many of them count: then a schedule with fewer drops, chunks or lines
     * is found by lowering one number, and all others keep their meaning.
     */
    private static List<Put> puts(Choices choices, long begin) {
        int count = 1 + choices.below(MOST_PUTS);
        int keys = 1 + choices.below(3);
        var puts = new ArrayList<Put>();
        long at = begin;
        for (int i = 0; i < MOST_PUTS; i++) {
            at += GAPS[choices.below(GAPS.length)];
            int key = choices.below(keys);
            var file = file(choices, puts, key);
            var delay = EVENT_DELAYS[choices.below(EVENT_DELAYS.length)];
            if (i < count) {
                puts.add(new Put(key, file, at, delay, /* dryRun= */ false));
            }
        }
        return puts;
    }

    /// A new content, or one that this key had before.
    private static DroppedFile file(Choices choices, List<Put> puts, int key) {
        int before = choices.below(3) - 1;
        int which = choices.below(MOST_PUTS);
        int mark = puts.size() + 1;
        int chunks = (1 + choices.below(MOST_CHUNKS + 1)) % (MOST_CHUNKS + 1);
        int poisoned = choices.rarely(40) ? 1 + choices.below(Math.max(1, chunks)) : 0;
        int number = 1;
        var all = new ArrayList<List<Line>>();
        for (int chunk = 0; chunk < MOST_CHUNKS; chunk++) {
            int lines = (1 + choices.below(MOST_LINES + 1)) % (MOST_LINES + 1);
            var part = new ArrayList<Line>();
            for (int line = 0; line < MOST_LINES; line++) {
                int id = 1 + choices.below(IDS);
                var quality = quality(choices);
                if (line < lines && chunk < chunks) {
                    part.add(new Line(number, id, mark * 100 + number, quality));
                    number++;
                }
            }
            if (chunk < chunks) {
                all.add(part);
            }
        }
        if (before > 0) {
            for (int i = 0; i < puts.size(); i++) {
                var put = puts.get((which + i) % puts.size());
                if (put.key == key) {
                    return put.file;
                }
            }
        }
        return new DroppedFile(mark, all, Math.min(poisoned, chunks));
    }

    private static Quality quality(Choices choices) {
        return switch (choices.below(8)) {
            case 6 -> Quality.BAD;
            case 7 -> Quality.REFUSED_BY_DATABASE;
            default -> Quality.GOOD;
        };
    }

    /// Some kinds of faults and not others: what only shows when one thing goes wrong again and
    /// again is found so.
    private static List<Fault> kinds(Choices choices) {
        var kinds = new ArrayList<Fault>();
        var all = Fault.values();
        int wanted = 1 + choices.below(MOST_KINDS);
        for (int i = 0; i < MOST_KINDS; i++) {
            var kind = all[choices.below(all.length)];
            if (i < wanted) {
                kinds.add(kind);
            }
        }
        return List.copyOf(kinds);
    }

    boolean isPoisoned() {
        return puts.stream().anyMatch(put -> put.file.poisoned() > 0);
    }

    @Override
    public String toString() {
        return "%s%s, on replace %s%s; %d drops; at most %d faults"
                .formatted(
                        dataset.mode(),
                        dataset.keyed() ? " with a unique key" : "",
                        dataset.onReplace(),
                        dataset.maxRejects() < 0
                                ? ""
                                : ", at most " + dataset.maxRejects() + " rejects",
                        puts.size(),
                        faults);
    }
}

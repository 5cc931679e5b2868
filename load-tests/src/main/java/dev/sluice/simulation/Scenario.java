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
/// @param smallFiles whether Intake loads a file of one chunk itself
record Scenario(
        Dataset dataset,
        List<Put> puts,
        List<Ask> asks,
        int faults,
        int faultEvery,
        int steadiness,
        Aim aim,
        List<Fault> kinds,
        boolean smallFiles) {
    private static final List<Aim> AIMS =
            List.of(Aim.ANYBODY, Aim.ANYBODY, Aim.IN_TRANSACTION, Aim.PUBLISHING);
    private static final List<Mode> MODES = List.of(Mode.values());
    private static final List<OnReplace> ON_REPLACE = List.of(OnReplace.values());
    private static final int[] GAPS = {0, 500, 61_000, 600_000};
    private static final int[] EVENT_DELAYS = {0, 0, 1_000, 90_000};
    private static final long[] ASK_GAPS = {0, 1_000, 95_000, 300_000, 900_000};
    private static final int[] FAULT_RATES = {40, 15, 6};
    private static final int[] STEADINESS = {8, 2, 0};
    private static final int IDS = 6;
    private static final int MOST_FAULTS = 6;
    private static final int MOST_KINDS = 5;
    private static final int MOST_ASKS = 3;
    private static final int MOST_PUTS = 4;
    private static final int MOST_CHUNKS = 4;
    private static final int MOST_LINES = 3;

    /// A client puts an object.
    ///
    /// @param eventAfter how long S3 takes to tell
    /// @param awaited the API was asked for the upload before
    record Put(
            int key, DroppedFile file, long at, long eventAfter, boolean dryRun, boolean awaited) {}

    /// A client asks to cancel or retry a job.
    record Ask(boolean cancel, int which, long at) {}

    static Scenario draw(Choices choices, long begin) {
        return new Scenario(
                dataset(choices),
                puts(choices, begin),
                asks(choices, begin),
                choices.below(MOST_FAULTS + 1),
                FAULT_RATES[choices.below(FAULT_RATES.length)],
                STEADINESS[choices.below(STEADINESS.length)],
                choices.oneOf(AIMS),
                kinds(choices),
                choices.below(2) == 1);
    }

    /// Whom faults strike.
    enum Aim {
        ANYBODY,
        IN_TRANSACTION,
        PUBLISHING
    }

    private static Dataset dataset(Choices choices) {
        boolean staged = choices.below(2) == 1;
        boolean keyed = choices.below(3) == 2;
        var mode = choices.oneOf(MODES);
        var onReplace = choices.oneOf(ON_REPLACE);
        int maxRejects = choices.below(4) - 2;
        if (!staged) {
            return new Dataset(keyed, Mode.APPEND, OnReplace.APPEND, -1);
        }
        // A row that was skipped would be missing once the row before it is replaced.
        boolean together = mode != Mode.SKIP_DUPLICATES || onReplace != OnReplace.REPLACE;
        return new Dataset(
                keyed || mode != Mode.APPEND,
                mode,
                together ? onReplace : OnReplace.APPEND,
                Math.max(-1, maxRejects));
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
            boolean dryRun = choices.rarely(8);
            boolean awaited = choices.rarely(8);
            if (i < count) {
                puts.add(new Put(key, file, at, delay, dryRun, awaited));
            }
        }
        return puts;
    }

    private static List<Ask> asks(Choices choices, long begin) {
        int count = choices.below(MOST_ASKS + 1);
        var asks = new ArrayList<Ask>();
        long at = begin;
        for (int i = 0; i < MOST_ASKS; i++) {
            at += ASK_GAPS[choices.below(ASK_GAPS.length)];
            boolean cancel = choices.below(3) == 2;
            int which = choices.below(MOST_PUTS);
            if (i < count) {
                asks.add(new Ask(cancel, which, at));
            }
        }
        return asks;
    }

    /// A new content, or one that this key had before.
    private static DroppedFile file(Choices choices, List<Put> puts, int key) {
        int before = choices.below(3) - 1;
        int which = choices.below(MOST_PUTS);
        int mark = puts.size() + 1;
        int chunks = (1 + choices.below(MOST_CHUNKS + 1)) % (MOST_CHUNKS + 1);
        int poison = choices.below(24) - 20;
        int poisoned = 1 + choices.below(MOST_CHUNKS);
        boolean heals = choices.below(4) > 0;
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
        return new DroppedFile(
                mark,
                all,
                poison > 0 ? Math.min(poisoned, chunks) : 0,
                /* fatal= */ poison == 1,
                /* heals= */ heals);
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

package dev.sluice.faults;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// What one round drops and which faults strike it; all of it follows from the seed.
///
/// @param uploadsFirst whether the first file comes by a presigned URL
/// @param sameContent whether the last two files are one
record Round(
        long seed,
        List<TestedFile> files,
        boolean uploadsFirst,
        boolean sameContent,
        List<Injection> injections) {
    private static final Set<Kind> DECIDING =
            EnumSet.of(Kind.REPLACED, Kind.DELETED, Kind.CANCELLED);
    private static final List<Target> TARGETS = List.of(Target.values());

    Round {
        files = List.copyOf(files);
        injections = List.copyOf(injections);
    }

    /// @param number makes keys and file numbers of their own in one run
    /// @param first the kind of the first fault, so that each kind has its turn
    static Round of(long seed, int number, Kind first) {
        var random = new Random(seed);
        var files = files(number, random);
        var last = files.getLast();
        boolean same = random.nextInt(6) == 0 && !last.dryRun();
        if (same) {
            files.add(last);
        } else if (random.nextInt(4) == 0) {
            files.add(
                    TestedFile.make(
                            last.target(),
                            last.name(),
                            number * 10 + 8,
                            TestedFile.Recipe.any(random),
                            random));
        }
        var injections = new ArrayList<Injection>();
        injections.add(Injection.any(first, random));
        for (int more = random.nextInt(3); more > 0; more--) {
            var kind = Kind.ALL.get(random.nextInt(Kind.ALL.size()));
            // The slowest of all: its turn is enough.
            if (kind != Kind.TIMEOUT) {
                injections.add(Injection.any(kind, random));
            }
        }
        boolean alone =
                files.stream().filter(it -> it.key().equals(files.getFirst().key())).count() == 1;
        boolean uploads = alone && !files.getFirst().dryRun() && random.nextInt(3) == 0;
        return new Round(seed, files, uploads, same, injections);
    }

    /// Whether what its jobs come to depends on nothing but its files: no two drops share a key,
    /// and no fault says what becomes of a drop.
    boolean hasOneOutcome() {
        long keys = files.stream().map(TestedFile::key).distinct().count();
        return keys == files.size()
                && injections.stream().map(Injection::kind).noneMatch(DECIDING::contains);
    }

    private static List<TestedFile> files(int number, Random random) {
        var files = new ArrayList<TestedFile>();
        for (int at = 1 + random.nextInt(3); at > 0; at--) {
            var name = "round %d, file %d.csv".formatted(number, at);
            // The direct road more often: it has more moments.
            var target =
                    random.nextInt(3) == 0
                            ? Target.DIRECT
                            : TARGETS.get(random.nextInt(TARGETS.size()));
            files.add(TestedFile.make(target, name, number * 10 + at, recipe(at, random), random));
        }
        return files;
    }

    // One at least has rows to strike at.
    private static TestedFile.Recipe recipe(int at, Random random) {
        var any = TestedFile.Recipe.any(random);
        return at == 1 && any.records() < 300
                ? new TestedFile.Recipe(600, any.badShare(), any.gzip(), any.dryRun())
                : any;
    }
}

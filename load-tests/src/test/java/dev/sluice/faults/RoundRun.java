package dev.sluice.faults;

import dev.sluice.cli.stack.Jobs;
import dev.sluice.local.Detours.Service;
import dev.sluice.local.fault.Direction;
import dev.sluice.local.runtime.RunningEnvironment;
import dev.sluice.looks.Looks;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One round on a running stack: faults are set, files dropped, everything healed, rest awaited,
/// and the invariants checked.
final class RoundRun {
    private static final Duration FAULTS_LAST_AT_MOST = Duration.ofSeconds(4);
    private static final Duration REST_WITHIN = Duration.ofSeconds(90);
    private static final Duration STANDSTILL = Duration.ofMillis(1_500);
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(300);
    private static final int CHECKS_AT_MOST = 15;

    private final TestedStack stack;
    private final Ledger ledger;
    private final Jobs mine;
    private final Jobs foreign;
    private final Round round;
    private final Strikes strikes;
    private final Set<String> seen = new HashSet<>();
    private volatile boolean watching = true;
    private final Checks watch;

    RoundRun(TestedStack stack, Ledger ledger, Jobs mine, Jobs foreign, Round round) {
        this.stack = stack;
        this.ledger = ledger;
        this.mine = mine;
        this.foreign = foreign;
        this.round = round;
        this.strikes = new Strikes(stack, ledger, mine);
        this.watch = new Checks(ledger);
    }

    /// What came of a round.
    ///
    /// @param rows how many rows its jobs have in the table
    record Result(
            Round round,
            Set<Kind> struck,
            Strikes.Acts acts,
            int jobs,
            long rows,
            Duration time,
            List<String> diary,
            List<String> findings,
            String outcome) {
        /// The same with one more finding.
        Result with(String finding) {
            var all = Stream.concat(findings.stream(), Stream.of(finding)).toList();
            return new Result(round, struck, acts, jobs, rows, time, diary, all, outcome);
        }
    }

    /// @param rowsBefore how many rows the table had before it
    Result run(long rowsBefore) throws Exception {
        long began = System.nanoTime();
        long bytesBefore = stack.relay(Service.S3).bytes(Direction.TO_CLIENT);
        round.injections().forEach(strikes::set);
        var watcher = Thread.ofVirtual().start(this::watchApi);
        try {
            for (int at = 0; at < round.files().size(); at++) {
                if (at == 0 && round.uploadsFirst()) {
                    strikes.upload(round.files().getFirst());
                } else {
                    strikes.drop(round.files().get(at), round.sameContent() && isTwin(at));
                }
            }
            awaitFaults();
        } finally {
            strikes.heal();
        }
        awaitRest();
        if (strikes.retryFailed()) {
            awaitRest();
        }
        watching = false;
        boolean _ = watcher.join(Duration.ofSeconds(60));
        long bytes = stack.relay(Service.S3).bytes(Direction.TO_CLIENT) - bytesBefore;
        var check = check(rowsBefore, bytes);
        clearUp();
        return new Result(
                round,
                strikes.struck(),
                strikes.acts(),
                strikes.drops().size(),
                check.rows,
                Duration.ofNanos(System.nanoTime() - began),
                strikes.diary(),
                check.findings,
                check.outcome);
    }

    // The last two have one key and one content: either may come first.
    private boolean isTwin(int at) {
        return at >= round.files().size() - 2;
    }

    private void awaitFaults() throws InterruptedException, SQLException {
        var longest =
                round.injections().stream()
                        .map(it -> it.kind().lasts())
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO);
        boolean _ =
                Looks.until(
                        FAULTS_LAST_AT_MOST.plus(longest),
                        BETWEEN_LOOKS,
                        () -> strikes.isOver() || (strikes.isIdle() && allEnded()));
    }

    private boolean allEnded() throws SQLException {
        for (var drop : strikes.drops()) {
            var jobs = ledger.jobs(drop.file().key(), drop.version());
            if (jobs.isEmpty() || !jobs.getFirst().ended()) {
                return false;
            }
        }
        return true;
    }

    private void awaitRest() throws InterruptedException, SQLException {
        var nudges = new Nudges();
        boolean _ =
                Looks.until(
                        REST_WITHIN,
                        BETWEEN_LOOKS,
                        () -> {
                            if (isAtRest()) {
                                return true;
                            }
                            nudges.give();
                            return false;
                        });
    }

    /// Sweeps as the schedule would, only more often, and lets the ledger's time pass where nothing
    /// moves: what would be done after minutes is done now.
    private final class Nudges {
        private String pulse = "";
        private long moved = System.nanoTime();
        private long swept;

        void give() throws SQLException, InterruptedException {
            var now = ledger.pulse();
            if (!now.equals(pulse)) {
                pulse = now;
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > STANDSTILL.toNanos()) {
                strikes.note("an hour passes in the ledger");
                ledger.pass(Duration.ofHours(1));
                moved = System.nanoTime();
            }
            if (System.nanoTime() - swept > BETWEEN_SWEEPS.toNanos()) {
                var _ = stack.sweep();
                swept = System.nanoTime();
            }
        }
    }

    private boolean isAtRest() throws SQLException {
        return allEnded() && stack.environments().stream().noneMatch(RoundRun::isAtWork);
    }

    // Status and Authorizer are at work for the watch.
    private static boolean isAtWork(RunningEnvironment environment) {
        return environment.busy()
                && Set.of("Load", "Intake", "Sweep").contains(environment.logicalId());
    }

    /// While everything goes wrong a tenant looks on: never more rows than there are.
    private void watchApi() {
        while (watching) {
            try {
                // A tenant's own pace; it waits for nothing.
                Thread.sleep(Duration.ofMillis(400));
                for (var job : mine.list(Jobs.Filter.ANY, 5)) {
                    for (var target : Target.values()) {
                        if (target.dataset().equals(job.dataset()) && target.keepsRows()) {
                            watch.told(job, ledger.rowsOf(target, job.number()));
                        }
                    }
                }
            } catch (InterruptedException _) {
                return;
            } catch (IOException | SQLException | RuntimeException _) {
                // The API may be down with the rest; what it says counts, not that it speaks.
            }
        }
    }

    private record Check(long rows, List<String> findings, String outcome) {}

    /// Checked again for a moment: a session ends a little after its client.
    private Check check(long rowsBefore, long bytes) throws Exception {
        var last = checkOnce(rowsBefore, bytes);
        for (int time = 1; time < CHECKS_AT_MOST && !last.findings.isEmpty(); time++) {
            Thread.sleep(BETWEEN_CHECKS);
            // What an ended job left in a staging table is Sweep's to clear away.
            var _ = stack.sweep();
            last = checkOnce(rowsBefore, bytes);
        }
        return last;
    }

    private Check checkOnce(long rowsBefore, long bytes) throws Exception {
        var checks = new Checks(ledger);
        long rows = 0;
        var drops = strikes.drops();
        for (int at = 0; at < drops.size(); at++) {
            rows += checks.drop(drops.get(at), drops.subList(at + 1, drops.size()));
        }
        checks.twins(drops);
        checks.bytesRead(strikes.drops(), bytes);
        checks.api(strikes.drops(), mine, foreign);
        checks.rest(
                rowsBefore + rows,
                stack.local().databaseProxy().orElseThrow(),
                stack.environments().size(),
                stack.leftInTmp());
        var findings = new ArrayList<>(checks.findings());
        findings.addAll(watch.findings());
        return new Check(rows, findings, outcome());
    }

    /// What a second run of the seed must come to as well. How far a job came before it failed is
    /// not of it.
    private String outcome() throws SQLException {
        var parts = new ArrayList<String>();
        for (var drop : strikes.drops()) {
            parts.add(
                    ledger.jobs(drop.file().key(), drop.version()).stream()
                            .map(it ->
                                    it.state().equals("FAILED")
                                            ? "FAILED " + it.errorCode()
                                            : it.state() + " " + it.loaded() + "+" + it.rejected())
                            .collect(Collectors.joining()));
        }
        return String.join(", ", parts);
    }

    private void clearUp() throws SQLException {
        for (var drop : strikes.drops()) {
            if (seen.add(drop.version())) {
                stack.remove(drop.file().key(), drop.version());
            }
        }
        ledger.execute("TRUNCATE watched.change");
    }
}

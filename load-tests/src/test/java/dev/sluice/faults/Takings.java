package dev.sluice.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What the faults of a round take away from the stack for a while: connections, room in /tmp, rows
/// and the ledger's clock. Given back at the end of the round. Thread-safe.
final class Takings {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long TMP_BYTES_AT_MOST = 1L << 30;

    private final Ledger ledger;
    private final Consumer<String> diary;
    private final Queue<Connection> held = new ConcurrentLinkedQueue<>();
    private final Queue<Path> fillers = new ConcurrentLinkedQueue<>();
    private final CountDownLatch healing = new CountDownLatch(1);
    private volatile boolean clockIsBack;
    private volatile boolean rowsAreRefused;

    Takings(Ledger ledger, Consumer<String> diary) {
        this.ledger = ledger;
        this.diary = diary;
    }

    void fillTmp(long pid) {
        var tmp = Path.of("/proc", Long.toString(pid), "root/tmp");
        try {
            // Never this machine's own.
            if (Files.getFileStore(tmp).getTotalSpace() <= TMP_BYTES_AT_MOST) {
                var filler = tmp.resolve("filler");
                fillers.add(filler);
                fill(filler);
            }
        } catch (IOException e) {
            diary.accept("no /tmp to fill: " + e);
        }
    }

    private void fill(Path filler) throws IOException {
        var zeros = new byte[1 << 20];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(zeros);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            throw e;
        } catch (IOException _) {
            diary.accept("full: " + filler);
        }
    }

    void setClockBack() throws SQLException {
        clockIsBack = true;
        ledger.pass(HOUR.negated());
    }

    void useUpConnections() {
        try {
            while (held.size() < 1_000) {
                held.add(ledger.connect());
            }
        } catch (SQLException e) {
            diary.accept(held.size() + " connections held: " + e.getMessage());
        }
    }

    void release() {
        for (var connection = held.poll(); connection != null; connection = held.poll()) {
            try {
                connection.close();
            } catch (SQLException _) {
                // cut by another fault
            }
        }
    }

    // Ends by itself, for each try that the database refuses counts: until the last fault of the
    // round is over, all tries could be used up, and the job rightly fails.
    void refuseRows(String sqlState) throws SQLException, InterruptedException {
        rowsAreRefused = true;
        ledger.refuseRows(sqlState);
        diary.accept("rows are refused with " + sqlState);
        boolean _ = healing.await(Kind.ROWS_REFUSED.lasts().toMillis(), TimeUnit.MILLISECONDS);
        ledger.refuseRows(null);
        rowsAreRefused = false;
    }

    void lockJobs() throws SQLException {
        var connection = ledger.connect();
        connection.setAutoCommit(false);
        held.add(connection);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT FROM sluice.job WHERE state = 'LOADING' FOR UPDATE");
        }
    }

    /// Nothing that is waited for here needs to last any longer.
    void hurry() {
        healing.countDown();
    }

    /// Gives all of it back.
    void giveBack() throws SQLException {
        release();
        for (var filler = fillers.poll(); filler != null; filler = fillers.poll()) {
            try {
                Files.deleteIfExists(filler);
            } catch (IOException _) {
                // its process has ended, and its /tmp with it
            }
        }
        if (rowsAreRefused) {
            ledger.refuseRows(null);
        }
        if (clockIsBack) {
            ledger.pass(HOUR);
        }
    }
}

package dev.sluice.local.sqs;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// The H2 database that ElasticMQ keeps its messages in, looked over before ElasticMQ opens it: an
/// actor that fails to open it would only fall silent.
final class QueueStore {
    /*
     * WRITE_DELAY: H2 would hand a commit to the kernel half a second later, and a kill -9 would
     * take messages that were answered for. RETENTION_TIME: it would keep replaced blocks for 45 s
     * against a power cut, and the file would grow by 25 KB a message.
     */
    private static final String OPTIONS = ";WRITE_DELAY=0;RETENTION_TIME=0;DB_CLOSE_ON_EXIT=FALSE";

    private static final int IN_USE = 90020;

    private final Path directory;

    QueueStore(Path directory) {
        this.directory = directory;
    }

    String url() {
        return "jdbc:h2:file:" + directory.resolve("queues") + OPTIONS;
    }

    /// Reads all there is, and tells how many messages each queue has; what cannot be read is moved
    /// aside, and the queues start empty.
    ///
    /// The stored definitions of these queues go, so that the given ones count; the messages stay.
    Map<String, Integer> check(List<String> defined, Consumer<String> announcements)
            throws IOException {
        try {
            return readAll(defined);
        } catch (SQLException failure) {
            if (failure.getErrorCode() == IN_USE) {
                throw new IOException("the queues in " + directory + " are in use", failure);
            }
            // A stop in the midst of it closes H2's file under its hands, which looks like damage.
            if (Thread.currentThread().isInterrupted() || isInterrupt(failure)) {
                throw new IOException("opening the queues was interrupted", failure);
            }
            announcements.accept(
                    "the queues' store could not be read ("
                            + failure.getMessage()
                            + "): it is now "
                            + moveAside()
                            + ", and the queues start empty");
            return defined.stream().collect(toMap(it -> it, _ -> 0));
        }
    }

    private static boolean isInterrupt(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }

    private Map<String, Integer> readAll(List<String> defined) throws SQLException {
        try (var connection = DriverManager.getConnection(url())) {
            var rows = new HashMap<String, Integer>();
            for (var table : tables(connection)) {
                rows.put(table, readAll(connection, table));
            }
            if (rows.containsKey("QUEUE")) {
                forget(connection, defined);
            }
            return defined.stream().collect(toMap(it -> it, it -> rows.getOrDefault(table(it), 0)));
        }
    }

    // As ElasticMQ names the table of a queue's messages.
    private static String table(String queue) {
        var name = queue.replace('.', '_').replace('-', '_');
        return ("message_" + name + "_" + Integer.toHexString(queue.hashCode()))
                .toUpperCase(Locale.ROOT);
    }

    private static List<String> tables(Connection connection) throws SQLException {
        var tables = new ArrayList<String>();
        try (var rows = connection.getMetaData().getTables(null, "PUBLIC", null, null)) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        return tables;
    }

    private static int readAll(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
            int count = 0;
            for (; rows.next(); count++) {
                readRow(rows);
            }
            return count;
        }
    }

    private static void readRow(ResultSet row) throws SQLException {
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            var _ = row.getBytes(column);
        }
    }

    private static void forget(Connection connection, List<String> queues) throws SQLException {
        try (var statement = connection.prepareStatement("DELETE FROM queue WHERE name = ?")) {
            for (var queue : queues) {
                statement.setString(1, queue);
                statement.executeUpdate();
            }
        }
    }

    private String moveAside() throws IOException {
        var name = "queues-damaged-" + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var aside = directory.resolve(name.replace(":", "") + ".mv.db");
        Files.move(directory.resolve("queues.mv.db"), aside);
        return aside.toString();
    }
}

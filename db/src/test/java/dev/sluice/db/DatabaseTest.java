package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The danger: a connection that died while the environment was frozen, a transaction half done, a
/// commit whose answer was lost.
class DatabaseTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource clock = now::get;
    private final Database database = new Database(TestingPostgres.as("sluice_loader"), clock);

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void keepsOneConnection() throws SQLException {
        assertThat(backend()).isEqualTo(backend());
    }

    @Test
    void opensAnotherConnectionWhenTheOldOneDiedWhileIdle() throws SQLException {
        int first = backend();
        end(first);
        now.set(now.get().plusSeconds(60));

        assertThat(backend()).isNotEqualTo(first);
    }

    @Test
    void repeatsWorkWhoseConnectionWasLost() throws SQLException {
        var runs = new AtomicInteger();
        int pid =
                database.inTransaction(c -> {
                    int own = pid(c);
                    if (runs.incrementAndGet() == 1) {
                        end(own);
                    }
                    return pid(c);
                });

        assertThat(runs).hasValue(2);
        assertThat(pid).isPositive();
    }

    @Test
    void doesNotRepeatWorkThatMayRunOnlyOnce() {
        var runs = new AtomicInteger();

        assertThatThrownBy(() ->
                        database.onceInTransaction(c -> {
                            runs.incrementAndGet();
                            end(pid(c));
                            return pid(c);
                        }))
                .isInstanceOf(SQLException.class);
        assertThat(runs).hasValue(1);
    }

    @Test
    void opensAnotherConnectionAfterTenMinutes() throws SQLException {
        int first = backend();
        now.set(now.get().plus(Duration.ofMinutes(11)));

        assertThat(backend()).isNotEqualTo(first);
    }

    @Test
    void rollsBackWhatFailed() throws SQLException {
        TestingPostgres.empty();
        assertThatThrownBy(() ->
                        database.inTransaction(c -> {
                            Walks.moveTo(c, "half", "here");
                            throw new IllegalStateException("stop");
                        }))
                .hasMessage("stop");

        assertThat(TestingPostgres.ask("SELECT count(*) FROM sluice.walk")).isEqualTo("0");
    }

    @Test
    void cutsACopyThatStallsAtItsDeadline() {
        assertThatThrownBy(() ->
                        database.onceInTransaction(c -> {
                            try (var _ = database.abortAfter(Duration.ofMillis(200))) {
                                return CopyIn.send(
                                        c,
                                        "COPY sluice.walk (name) FROM STDIN",
                                        DatabaseTest::stall);
                            }
                        }))
                .isInstanceOf(SQLException.class);
    }

    /// Keeps a COPY open until the connection is cut.
    private static void stall(CopyIn.Sink sink) throws SQLException {
        byte[] line = "x".repeat(8000).getBytes(StandardCharsets.UTF_8);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                System.nanoTime() < end; ) {
            sink.write(line, 0, 1);
        }
    }

    @Test
    void saysThatACommitIsUnknownWhenItsAnswerIsLost() throws Exception {
        TestingPostgres.empty();
        try (var relay = new CommitAnswerEater();
                var behind =
                        new Database(TestingPostgres.as("sluice_loader", relay.port()), clock)) {
            assertThatThrownBy(() -> behind.inTransaction(c -> Walks.moveTo(c, "lost", "here")))
                    .isInstanceOf(CommitUnknownException.class);
            assertThat(relay.ate.await(60, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(TestingPostgres.ask("SELECT position FROM sluice.walk WHERE name = 'lost'"))
                .isEqualTo("here");
    }

    private int backend() throws SQLException {
        return database.inTransaction(DatabaseTest::pid);
    }

    private static int pid(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void end(int pid) throws SQLException {
        TestingPostgres.run("SELECT pg_terminate_backend(%d, 60000)".formatted(pid));
    }

    /// Passes everything on to the server, and cuts the client off once the server has answered a
    /// COMMIT.
    private static final class CommitAnswerEater implements AutoCloseable {
        private final ServerSocket listener =
                new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final CountDownLatch ate = new CountDownLatch(1);

        CommitAnswerEater() throws IOException {
            Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try (var client = listener.accept();
                    var server =
                            new Socket(InetAddress.getLoopbackAddress(), TestingPostgres.port())) {
                Thread.ofVirtual().start(() -> passAnswers(server, client));
                var buffer = new byte[8192];
                for (int n; (n = client.getInputStream().read(buffer)) > 0; ) {
                    var text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                    if (text.contains("COMMIT")) {
                        eating = true;
                    }
                    server.getOutputStream().write(buffer, 0, n);
                }
            } catch (IOException _) {
                // the connection was cut, which is what this relay is for
            }
        }

        private volatile boolean eating;

        private void passAnswers(Socket server, Socket client) {
            try {
                var buffer = new byte[8192];
                for (int n; (n = server.getInputStream().read(buffer)) > 0; ) {
                    if (eating) {
                        client.close();
                        ate.countDown();
                        return;
                    }
                    client.getOutputStream().write(buffer, 0, n);
                }
            } catch (IOException _) {
                // the connection was cut, which is what this relay is for
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}

package dev.sluice.local.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A relay before a server that says everything back, in capitals.
class RelayTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private ServerSocket server;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::serve);
        relay =
                Relay.start(
                        new InetSocketAddress(
                                InetAddress.ofLiteral("127.0.0.1"), server.getLocalPort()));
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                Thread.ofVirtual().start(() -> echo(client));
            } catch (IOException _) {
                // it is over
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            var piece = new byte[1024];
            var in = client.getInputStream();
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                var text = new String(piece, 0, length, UTF_8).toUpperCase(java.util.Locale.ROOT);
                client.getOutputStream().write(text.getBytes(UTF_8));
            }
        } catch (IOException _) {
            // cut, as tests do
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), relay.port());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static String say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        return new String(socket.getInputStream().readNBytes(text.length()), UTF_8);
    }

    @Test
    void passesEverythingAndCountsIt() throws IOException {
        try (var socket = connect()) {
            assertThat(say(socket, "hello")).isEqualTo("HELLO");
            assertThat(relay.links()).hasSize(1);
            assertThat(relay.links().getFirst().clientPort()).isEqualTo(socket.getLocalPort());
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(relay.bytes(Direction.TO_SERVER)).isEqualTo(5);
        assertThat(relay.bytes(Direction.TO_CLIENT)).isEqualTo(5);
        assertThat(relay.connections()).isEqualTo(1);
    }

    @Test
    void cutsAfterExactlySoManyBytes() throws IOException {
        relay.infect(Direction.TO_CLIENT, new Toxic.Cut(3));
        try (var socket = connect()) {
            socket.getOutputStream().write("hello".getBytes(UTF_8));
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().readNBytes(5));
        }
        assertThat(relay.bytes(Direction.TO_CLIENT)).isEqualTo(3);
    }

    @Test
    void holdsWhatABlackHoleTookUntilItIsHealed() throws IOException {
        try (var socket = connect()) {
            relay.infect(Direction.TO_CLIENT, new Toxic.BlackHole());
            socket.getOutputStream().write("hello".getBytes(UTF_8));
            socket.setSoTimeout(200);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
            socket.setSoTimeout(10_000);
            relay.heal();
            assertThat(socket.getInputStream().readNBytes(5)).isEqualTo("HELLO".getBytes(UTF_8));
        }
    }

    @Test
    void delaysAndSlowsDown() throws IOException {
        relay.infect(Direction.TO_SERVER, new Toxic.Latency(Duration.ofMillis(150), Duration.ZERO));
        relay.infect(Direction.TO_CLIENT, new Toxic.Bandwidth(100));
        long began = System.nanoTime();
        try (var socket = connect()) {
            assertThat(say(socket, "twenty bytes, or so ")).startsWith("TWENTY");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(LIMIT.dividedBy(30));
    }

    @Test
    void refusesUntilItIsHealed() throws IOException {
        try (var before = connect()) {
            assertThat(say(before, "a")).isEqualTo("A");
            relay.refuse();
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> before.getInputStream().read());
            assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
        }
        relay.heal();
        try (var after = connect()) {
            assertThat(say(after, "b")).isEqualTo("B");
        }
    }

    @Test
    void resetsInsteadOfPassing() throws IOException {
        relay.infect(Direction.TO_SERVER, new Toxic.Reset());
        try (var socket = connect()) {
            socket.getOutputStream().write(1);
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
        }
        assertThat(relay.bytes(Direction.TO_SERVER)).isZero();
    }

    @Test
    void closesLate() throws IOException {
        relay.infect(Direction.TO_SERVER, new Toxic.SlowClose(Duration.ofMillis(200)));
        try (var socket = connect()) {
            assertThat(say(socket, "a")).isEqualTo("A");
            long began = System.nanoTime();
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(System.nanoTime() - began).isGreaterThan(150_000_000L);
        }
    }

    @Test
    void holdsTheByteThatCompletesASign() throws Exception {
        var held = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var trap =
                Trap.at(
                        List.of(Sign.toServer("ab"), Sign.toClient("XY")),
                        _ -> {
                            held.countDown();
                            assertThat(goOn.await(10, java.util.concurrent.TimeUnit.SECONDS))
                                    .isTrue();
                            return new Verdict.Pass();
                        });
        relay.arm(trap);
        try (var socket = connect()) {
            // in pieces, after a false start, and "xy" before its time
            assertThat(say(socket, "xy")).isEqualTo("XY");
            assertThat(say(socket, "aa")).isEqualTo("AA");
            assertThat(say(socket, "bx")).isEqualTo("BX");
            socket.getOutputStream().write("y-".getBytes(UTF_8));
            assertThat(held.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            socket.setSoTimeout(100);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
            goOn.countDown();
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().readNBytes(2)).isEqualTo("Y-".getBytes(UTF_8));
            assertThat(trap.awaitSprung(LIMIT)).isTrue();
            assertThat(say(socket, "abxy")).as("it springs once").isEqualTo("ABXY");
        }
    }

    @Test
    void springsSoManyBytesLaterAndNotTheFirstTime() throws Exception {
        var trap =
                Trap.at(List.of(Sign.toServer("a")), _ -> new Verdict.Cut()).after(3).skipping(1);
        relay.arm(trap);
        try (var socket = connect()) {
            assertThat(say(socket, "a12345")).isEqualTo("A12345");
            assertThat(say(socket, "a12")).isEqualTo("A12");
            socket.getOutputStream().write('3');
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
        }
        assertThat(trap.awaitSprung(LIMIT)).isTrue();
        assertThat(relay.bytes(Direction.TO_SERVER)).isEqualTo(9);
    }

    @Test
    void forgetsItsTrapsWhenItIsHealed() throws IOException {
        relay.arm(Trap.at(List.of(Sign.toServer("ab")), _ -> new Verdict.Cut()));
        try (var socket = connect()) {
            assertThat(say(socket, "a")).isEqualTo("A");
            relay.heal();
            assertThat(say(socket, "b")).isEqualTo("B");
        }
    }

    @Test
    void answersInTheServersPlace() throws IOException {
        var answer = new Verdict.Answer("503".getBytes(UTF_8));
        // the first byte: this server answers to whatever part of a request has come
        relay.arm(Trap.at(List.of(Sign.toServer("G")), _ -> answer).times(2));
        for (int time = 1; time <= 2; time++) {
            try (var socket = connect()) {
                socket.getOutputStream().write("GET /a\r\n\r\n".getBytes(UTF_8));
                assertThat(socket.getInputStream().readAllBytes()).isEqualTo("503".getBytes(UTF_8));
            }
        }
        try (var socket = connect()) {
            assertThat(say(socket, "GET /b")).isEqualTo("GET /B");
        }
    }

    @Test
    void fallsSilentAndIsResetByTheHealing() throws Exception {
        var trap = Trap.at(List.of(Sign.toServer("b")), _ -> new Verdict.Silence());
        relay.arm(trap);
        try (var socket = connect()) {
            assertThat(say(socket, "a")).isEqualTo("A");
            socket.getOutputStream().write('b');
            assertThat(trap.awaitSprung(LIMIT)).isTrue();
            socket.setSoTimeout(200);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
            relay.heal();
            socket.setSoTimeout(10_000);
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
        }
    }
}

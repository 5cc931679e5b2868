package dev.sluice.local.proxy;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection to the database, which sessions use one after the other.
///
/// A thread of its own reads what the server says and hands it to the session that has it at the
/// moment. Only that session writes.
final class ServerConnection {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int GREETING_MILLIS = 10_000;
    private static final int BUFFER = 128 << 10;

    private final Target target;
    private final Socket socket;
    private final OutputStream out;
    private final Frames frames;
    private final CountDownLatch ended = new CountDownLatch(1);
    private byte[] parameters = new byte[0];
    private volatile @Nullable Session session;
    private volatile long idleSince = System.nanoTime();

    private ServerConnection(Target target, Socket socket) throws IOException {
        this.target = target;
        this.socket = socket;
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
        this.frames = new Frames(socket.getInputStream(), this::flushSession);
    }

    /// @throws IOException when no server answers
    /// @throws RefusedException when it answers with an error
    static ServerConnection open(InetSocketAddress address, Target target)
            throws IOException, RefusedException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, CONNECT_MILLIS);
            socket.setSoTimeout(GREETING_MILLIS);
            var connection = new ServerConnection(target, socket);
            connection.greet();
            socket.setSoTimeout(0);
            Thread.ofPlatform().daemon().name("proxy-server").start(connection::read);
            return connection;
        } catch (IOException | RefusedException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    private void greet() throws IOException, RefusedException {
        out.write(target.startup());
        out.flush();
        var told = new ByteArrayOutputStream();
        while (true) {
            int type = frames.next();
            switch (type) {
                case -1 -> throw new IOException("the server hung up");
                case 'E' -> throw new RefusedException(frames.head(frames.size()));
                case 'R' -> requireNoPassword(frames.head(9));
                case 'S' -> told.writeBytes(frames.head(frames.size()));
                case 'Z' -> {
                    frames.skip();
                    parameters = told.toByteArray();
                    return;
                }
                default -> {
                    // the key for cancel requests, notices
                }
            }
            frames.skip();
        }
    }

    private static void requireNoPassword(byte[] head) throws IOException {
        if (head[8] != 0) {
            throw new IOException("the database asks the proxy for a password");
        }
    }

    Target target() {
        return target;
    }

    /// What the server said of its settings.
    byte[] parameters() {
        return parameters.clone();
    }

    OutputStream out() {
        return out;
    }

    boolean isAlive() {
        return ended.getCount() > 0;
    }

    long idleSince() {
        return idleSince;
    }

    /// Gives what the server says from now on to a session, or to nobody.
    void attach(@Nullable Session next) {
        idleSince = System.nanoTime();
        session = next;
    }

    private void flushSession(boolean betweenMessages) throws IOException {
        var present = session;
        if (present != null) {
            present.flush();
        }
    }

    private void read() {
        try {
            while (true) {
                int type = frames.next();
                var present = session;
                if (type == -1 || (type == 'E' && present == null)) {
                    return;
                }
                if (present == null) {
                    frames.skip();
                } else {
                    present.answer(type, frames);
                }
            }
        } catch (IOException _) {
            // as good as the stream's end
        } finally {
            close();
            ended.countDown();
            var present = session;
            if (present != null) {
                present.serverLost(this);
            }
        }
    }

    /// Says good-bye between two transactions; returns when the server has gone, within a limit.
    void terminate(Duration limit) {
        try {
            out.write(Messages.terminate());
            out.flush();
        } catch (IOException _) {
            // gone already
        }
        hangUp(limit);
    }

    /// Ends it in the middle of whatever there is: the server rolls back.
    void hangUp(Duration limit) {
        try {
            socket.shutdownOutput();
        } catch (IOException _) {
            // gone already
        }
        awaitEnd(limit);
        close();
    }

    /// Returns when the server has said its last, or the time is up.
    void awaitEnd(Duration limit) {
        try {
            var _ = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // there is nothing more to do with it
        }
    }
}

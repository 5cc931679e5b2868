package dev.sluice.simulation;

/// Uploads, asked by a client to cancel or retry a job or to await an upload.
final class ClientRun extends Invocation {
    private static final long TIMEOUT = 29_000;

    private final int job;

    private ClientRun(World world, String name, int job) {
        super(world, name, TIMEOUT);
        this.job = job;
    }

    static ClientRun cancel(World world, String name, int job) {
        var run = new ClientRun(world, name, job);
        run.inTransaction(
                "cancels job " + job,
                t -> JobStatements.cancel(t, job),
                cancelled -> {
                    if (cancelled == null) {
                        run.end();
                    } else {
                        run.callNext(cancelled.key);
                    }
                });
        return run;
    }

    static ClientRun retry(World world, String name, int job) {
        var run = new ClientRun(world, name, job);
        run.inTransaction(
                "retries job " + job,
                t -> JobStatements.retry(t, job),
                queued -> {
                    if (queued == null) {
                        run.end();
                    } else {
                        run.ask(World.drop(queued));
                    }
                });
        return run;
    }

    private void callNext(int key) {
        read(
                "looks for the next of key " + key,
                t -> JobStatements.nextInTurn(t, key),
                next -> {
                    if (next == null) {
                        end();
                    } else {
                        ask(World.drop(next));
                    }
                });
    }

    private void ask(Drop drop) {
        then(
                Kind.SEND,
                "asks Intake for version " + drop.version(),
                () -> {
                    world.announce(drop, 0);
                    end();
                });
    }

    @Override
    public String toString() {
        return name + " of job " + job;
    }
}

package dev.sluice.simulation;

/// Load, with every point at which the real one can be interrupted.
final class LoadRun extends ChunkRun {
    private static final long TIMEOUT = 120_000;

    private final Message message;
    private final int receives;

    LoadRun(World world, String name, Message message) {
        super(world, name, TIMEOUT);
        this.message = message;
        this.receives = message.receives;
        load(message.address, this::handled);
    }

    @Override
    long time() {
        return left();
    }

    @Override
    void mayStart(Drop next, Runnable after) {
        then(
                Kind.SEND,
                "asks Intake for version " + next.version(),
                () -> {
                    world.announce(next, 0);
                    after.run();
                });
    }

    private void handled(boolean done) {
        onTrouble(_ -> end());
        then(
                Kind.SEND,
                done ? "deletes the message" : "wants the message again",
                () -> {
                    if (done) {
                        world.delete(message);
                    } else {
                        world.makeVisible(
                                message, receives <= 1 ? 0 : 1000L << Math.min(receives - 1, 6));
                    }
                    end();
                });
    }
}

package dev.sluice.local.mapping;

/// Lets threads through while it is open. Thread-safe.
final class Gate {
    private boolean open;

    Gate(boolean open) {
        this.open = open;
    }

    synchronized void set(boolean nowOpen) {
        open = nowOpen;
        notifyAll();
    }

    synchronized void await() throws InterruptedException {
        while (!open) {
            wait();
        }
    }
}

package dev.sluice.simulation;

/// An asynchronous invocation of Intake that is under way.
final class Event {
    final Drop drop;
    long dueAt;
    int failures;

    Event(Drop drop, long dueAt) {
        this.drop = drop;
        this.dueAt = dueAt;
    }
}

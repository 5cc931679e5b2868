package dev.sluice.local.fault;

/// What becomes of a link on which a trap sprang.
public sealed interface Verdict {
    /// It goes on as if nothing had been.
    record Pass() implements Verdict {}

    /// It is reset, on both sides, without the byte that sprang the trap.
    record Cut() implements Verdict {}

    /// It stays open and passes nothing any more, in either direction.
    record Silence() implements Verdict {}

    /// The client gets these bytes in the server's place, and then the end.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Answer(byte[] bytes) implements Verdict {}
}

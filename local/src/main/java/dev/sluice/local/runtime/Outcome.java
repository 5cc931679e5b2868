package dev.sluice.local.runtime;

/// What came of one run of a handler.
public sealed interface Outcome {
    /// What the handler answered.
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(byte[] payload) implements Outcome {}

    /// What Lambda reports in the handler's place, or the runtime in its own words.
    @SuppressWarnings("ArrayRecordComponent")
    record Failure(String errorType, byte[] payload) implements Outcome {}
}

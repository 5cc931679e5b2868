package dev.sluice.local.invoke;

/// What came of one invocation. The payloads are the caller's to read, not to change.
public sealed interface InvokeResult {
    String requestId();

    /// The function answered; `payload` is its answer, JSON as it wrote it.
    @SuppressWarnings("ArrayRecordComponent")
    record Success(String requestId, byte[] payload, String logTail) implements InvokeResult {}

    /// The function failed: an exception, a timeout, a crash; `payload` is Lambda's error document.
    @SuppressWarnings("ArrayRecordComponent")
    record FunctionError(String requestId, byte[] payload, String logTail)
            implements InvokeResult {}

    /// No execution environment was to be had; nothing ran.
    record Throttled(String requestId, Reason reason) implements InvokeResult {}

    /// Why an invocation was throttled, by AWS's names.
    enum Reason {
        RESERVED("ReservedFunctionConcurrentInvocationLimitExceeded"),
        ACCOUNT("ConcurrentInvocationLimitExceeded");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }
}

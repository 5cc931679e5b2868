package dev.sluice.local.runtime;

/// How the initialisation of an execution environment ended.
sealed interface Init {
    Init READY = new Ready();

    /// The status that Lambda writes in its log.
    String status();

    /// The runtime asked for its first event.
    record Ready() implements Init {
        @Override
        public String status() {
            return "success";
        }
    }

    /// The runtime reported why it can't.
    record Failed(Outcome.Failure failure) implements Init {
        @Override
        public String status() {
            return "error\tError Type: " + failure.errorType();
        }
    }

    /// The process ended without a word.
    record Exited(int exitStatus) implements Init {
        @Override
        public String status() {
            return "error\tError Type: Runtime.ExitError";
        }
    }

    /// It took too long.
    record TimedOut() implements Init {
        @Override
        public String status() {
            return "timeout";
        }
    }
}

package dev.sluice.cli;

import dev.sluice.cli.stack.Job;

/// What the process tells the shell.
enum ExitCode {
    DONE(0),
    FAILED(1),
    USAGE(2),
    REJECTS(3);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static ExitCode of(Job job) {
        return switch (job.state()) {
            case FAILED, CANCELLED, EXPIRED -> FAILED;
            case SUCCEEDED_WITH_REJECTS -> REJECTS;
            case AWAITING_UPLOAD, QUEUED, LOADING, SUCCEEDED, DUPLICATE -> DONE;
        };
    }

    /// The graver of two: a failure hides rejects, rejects hide success.
    ExitCode and(ExitCode other) {
        return gravity() >= other.gravity() ? this : other;
    }

    private int gravity() {
        return switch (this) {
            case DONE -> 0;
            case REJECTS -> 1;
            case FAILED -> 2;
            case USAGE -> 3;
        };
    }
}

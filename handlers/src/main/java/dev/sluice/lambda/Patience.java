package dev.sluice.lambda;

import java.time.Duration;

/// How long something may be under way before it counts as lost, how often it is tried, and how
/// long details are kept.
///
/// @param message from sending a chunk's message until it counts as lost; doubles with each sending
/// @param event from a drop until its event counts as lost: S3's come within seconds, sometimes
///   after a minute
/// @param planLease how long an Intake holds a plan without registering a chunk
/// @param plan how long a plan may rest between Intake's tries
/// @param transaction how old a transaction may be before its function counts as gone: Load's time
///   limit and a margin
/// @param tries how often a chunk or a plan is really tried before its job fails
/// @param upload how long after its URL's end an awaited upload may still come: a transfer that
///   began in time goes on
/// @param kept how long chunks and rejects of an ended job are kept
public record Patience(
        Duration message,
        Duration event,
        Duration planLease,
        Duration plan,
        Duration transaction,
        int tries,
        Duration upload,
        Duration kept) {
    private static final Duration LEAST_MARGIN = Duration.ofSeconds(5);
    private static final int DAYS_OF_TEN_YEARS = 3653;

    /// Reads `PATIENCE_SECONDS LOAD_TIMEOUT_SECONDS MAX_TRIES UPLOAD_GRACE_SECONDS RETENTION_DAYS`.
    public static Patience from(Settings settings) {
        var patience = Duration.ofSeconds(settings.number("PATIENCE_SECONDS", 1, 3600, 120));
        // An Intake holds a plan for half of it, and the next try comes a little after that.
        var planLease = patience.dividedBy(2);
        var load = Duration.ofSeconds(settings.number("LOAD_TIMEOUT_SECONDS", 1, 900, 120));
        return new Patience(
                patience,
                patience,
                planLease,
                planLease.plus(patience.dividedBy(12)),
                load.plus(longer(load.dividedBy(4), LEAST_MARGIN)),
                (int) settings.number("MAX_TRIES", 1, 100, 5),
                Duration.ofSeconds(settings.number("UPLOAD_GRACE_SECONDS", 0, 86_400, 3600)),
                Duration.ofDays(settings.number("RETENTION_DAYS", 1, DAYS_OF_TEN_YEARS, 90)));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}

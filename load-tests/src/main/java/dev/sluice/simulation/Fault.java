package dev.sluice.simulation;

/// What can go wrong between any two steps.
enum Fault {
    CRASH("is killed"),
    CRASH_UNNOTICED("is killed and the database does not notice for a minute"),
    LAGS("lags behind until nothing else moves"),
    FREEZE_IN_LEASE("freezes for 30 s"),
    FREEZE_PAST_LEASE("freezes for 200 s"),
    FREEZE_PAST_LEASE_IDLE("freezes for 200 s, its transaction ends after 60 s"),
    FREEZE_PAST_VISIBILITY("freezes for 800 s, its transaction ends after 60 s"),
    CONNECTION_LOST("loses its connection"),
    ANSWER_LOST_COMMITTED("its commit is done and the answer lost"),
    ANSWER_LOST_ROLLED_BACK("its commit is lost on the way"),
    S3_ERROR("gets an error of S3"),
    SQS_ERROR("gets an error of SQS and the message is not sent"),
    SQS_ERROR_SENT("gets an error of SQS and the message is sent"),
    MESSAGE_LOST("a message is lost"),
    MESSAGE_TWICE("a message is there twice"),
    MESSAGE_VISIBLE_AGAIN("a message is visible while it is worked on"),
    EVENT_LOST("an event is lost"),
    EVENT_TWICE("an event comes twice"),
    EVENT_LATE("an event comes ten minutes late"),
    DATABASE_RESTART("the database restarts"),
    TIME_PASSES("nothing moves for 50 s"),
    TIME_PASSES_LONG("nothing moves for 125 s"),
    SWEEP_NOW("a second Sweep runs at the same time"),
    SWEEP_SKEWED("the clock of Sweep goes an hour ahead");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}

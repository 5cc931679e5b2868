package dev.sluice.local.invoke;

import dev.sluice.local.runtime.FunctionSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Lambda's queue for asynchronous events: each is tried until it succeeds, is tried out, or too
/// old. It lives in memory. Thread-safe.
final class AsyncEvents implements AutoCloseable {
    private static final Duration LONGEST_THROTTLE_DELAY = Duration.ofMinutes(5);
    private static final int SEND_ATTEMPTS = 5;

    private final Functions functions;
    private final FunctionsSettings settings;
    private final Map<String, Semaphore> places = new ConcurrentHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicInteger unfinished = new AtomicInteger();

    AsyncEvents(Functions functions, FunctionsSettings settings) {
        this.functions = functions;
        this.settings = settings;
    }

    /// Takes an event; it is tried on a thread of its own.
    void accept(FunctionSpec spec, String requestId, byte[] payload) {
        if (stopped.getCount() == 0) {
            throw new IllegalStateException("functions are stopped");
        }
        unfinished.incrementAndGet();
        var event = new Event(spec, requestId, payload, Instant.now());
        Thread.ofVirtual().name("event " + requestId).start(() -> run(event));
    }

    @Override
    public void close() {
        stopped.countDown();
        if (unfinished.get() > 0) {
            settings.announcements()
                    .accept(unfinished.get() + " asynchronous events were not run to their end");
        }
    }

    private void run(Event event) {
        try {
            var verdict = tryUntilDone(event);
            unfinished.decrementAndGet();
            if (verdict instanceof Verdict.Lost lost) {
                report(event, lost);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            if (stopped.getCount() > 0) {
                settings.announcements()
                        .accept("an event of " + event.spec.name() + " was lost: " + failure);
            }
        }
    }

    private Verdict tryUntilDone(Event event) throws InterruptedException {
        int attempts = 0;
        var throttleDelay = settings.firstThrottleDelay();
        while (true) {
            if (event.spec.reservedConcurrency().orElse(1) == 0) {
                return new Verdict.Lost(Condition.ZERO_RESERVED_CONCURRENCY, 0, null);
            }
            var result = attempt(event);
            Duration delay;
            switch (result) {
                case InvokeResult.Success _ -> {
                    return new Verdict.Done();
                }
                case InvokeResult.FunctionError error -> {
                    attempts++;
                    if (attempts > event.spec.asyncRetries()) {
                        return new Verdict.Lost(Condition.RETRIES_EXHAUSTED, attempts, error);
                    }
                    delay = settings.retryDelays().get(attempts - 1);
                    if (event.tooOldAfter(delay)) {
                        return new Verdict.Lost(Condition.EVENT_AGE_EXCEEDED, attempts, error);
                    }
                }
                case InvokeResult.Throttled _ -> {
                    delay = throttleDelay;
                    throttleDelay = longer(throttleDelay);
                    if (event.tooOldAfter(delay)) {
                        return new Verdict.Lost(Condition.EVENT_AGE_EXCEEDED, attempts, null);
                    }
                }
            }
            if (stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("stopped");
            }
        }
    }

    // Lambda promises no pace for these. A burst of them must not start a process each on a small
    // machine, where that would starve what others wait for.
    private InvokeResult attempt(Event event) throws InterruptedException {
        var place = places.computeIfAbsent(event.spec.name(), _ -> new Semaphore(paceOfMachine()));
        place.acquire();
        try {
            return functions.invoke(event.spec, event.requestId, event.payload);
        } catch (IllegalStateException failure) {
            // Nothing ran: a process could not be started, say. That is no attempt, as a throttle.
            return new InvokeResult.Throttled(event.requestId, InvokeResult.Reason.ACCOUNT);
        } finally {
            place.release();
        }
    }

    private void report(Event event, Verdict.Lost lost) throws InterruptedException {
        var queue = event.spec.onFailureQueue();
        if (queue == null) {
            return;
        }
        var record = FailureRecord.json(event, functions.arn(event.spec.name()), lost);
        var delay = settings.firstThrottleDelay();
        for (int attempt = 1; ; attempt++) {
            try {
                settings.sendToQueue().accept(queue, record);
                return;
            } catch (RuntimeException failure) {
                if (attempt == SEND_ATTEMPTS
                        || stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw failure;
                }
                delay = longer(delay);
            }
        }
    }

    private static Duration longer(Duration delay) {
        var doubled = delay.multipliedBy(2);
        return doubled.compareTo(LONGEST_THROTTLE_DELAY) < 0 ? doubled : LONGEST_THROTTLE_DELAY;
    }

    private static int paceOfMachine() {
        return Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    }

    /// One event and when it came.
    @SuppressWarnings("ArrayRecordComponent")
    record Event(FunctionSpec spec, String requestId, byte[] payload, Instant accepted) {
        boolean tooOldAfter(Duration delay) {
            var then = Instant.now().plus(delay);
            return then.isAfter(accepted.plus(spec.asyncMaxAge()));
        }
    }

    /// What became of an event.
    sealed interface Verdict {
        record Done() implements Verdict {}

        record Lost(
                Condition condition,
                int invokeCount,
                InvokeResult.@org.jspecify.annotations.Nullable FunctionError error)
                implements Verdict {}
    }

    /// Why an event was given up, by AWS's names.
    enum Condition {
        RETRIES_EXHAUSTED("RetriesExhausted"),
        EVENT_AGE_EXCEEDED("EventAgeExceeded"),
        ZERO_RESERVED_CONCURRENCY("ZeroReservedConcurrency");

        private final String wireName;

        Condition(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }
}

package dev.sluice.local.mapping;

import dev.sluice.local.invoke.Functions;
import dev.sluice.local.invoke.InvokeResult;
import dev.sluice.local.part.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.Message;

/// An event source mapping: takes batches from a queue, invokes the function, and deletes what it
/// has done.
public final class SqsMapping implements Part {
    /*
     * A permit stands for one batch under way, and is taken before the queue is asked: so never
     * more is in flight than the function may work on, and a message that nobody can take stays
     * visible to others and keeps its receive count. The batch's thread gives the permit back.
     *
     * A poll is never broken off: the queue would still hand the next message to it, and nobody
     * would see that message until its visibility timeout. For the same reason what is not worked
     * on is given back last, when no poll is left that would take it again.
     */
    private static final int DEFAULT_CONCURRENCY = 5;
    private static final int MOST_POLLERS = 5;
    private static final Duration FIRST_THROTTLE_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_THROTTLE_DELAY = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final SqsMappingSettings settings;
    private final Functions functions;
    private final SourceQueue queue;
    private final Semaphore permits;
    private final List<Thread> pollers = new ArrayList<>();
    private final ReentrantLock waiting = new ReentrantLock(/* fair= */ true);
    private final Set<Thread> polling = ConcurrentHashMap.newKeySet();
    private final Set<Thread> batches = ConcurrentHashMap.newKeySet();
    private final Queue<List<Message>> abandoned = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Gate enabled;

    private SqsMapping(SqsMappingSettings settings, Functions functions) {
        this.settings = settings;
        this.functions = functions;
        int concurrency = settings.maximumConcurrency().orElse(DEFAULT_CONCURRENCY);
        this.queue = SourceQueue.open(settings, concurrency);
        this.permits = new Semaphore(concurrency, /* fair= */ true);
        this.enabled = new Gate(settings.enabled());
        for (int i = 0; i < Math.min(concurrency, MOST_POLLERS); i++) {
            pollers.add(
                    Thread.ofVirtual()
                            .name("poller of " + settings.function() + " " + i)
                            .unstarted(this::poll));
        }
    }

    /// Begins to poll at once, unless the mapping is disabled.
    public static SqsMapping start(SqsMappingSettings settings, Functions functions) {
        var mapping = new SqsMapping(settings, functions);
        mapping.pollers.forEach(Thread::start);
        return mapping;
    }

    /// Stops polling, or goes on; batches under way are finished.
    public void setEnabled(boolean now) {
        enabled.set(now);
    }

    /// Stops polling, gives what is under way a while, and makes the rest visible again.
    @Override
    public void close() {
        if (stopped.getCount() == 0) {
            return;
        }
        stopped.countDown();
        // Those that wait for a permit or the gate; one that waits for the queue is let finish.
        pollers.stream().filter(it -> !polling.contains(it)).forEach(Thread::interrupt);
        join(pollers, LAST_WAIT);
        join(batches, settings.drain());
        batches.forEach(Thread::interrupt);
        join(batches, LAST_WAIT);
        for (var batch : abandoned) {
            queue.makeVisible(batch);
        }
        queue.close();
    }

    private void poll() {
        try {
            while (!isStopped()) {
                enabled.await();
                permits.acquire();
                boolean handedOver = false;
                try {
                    handedOver = handOver(receive());
                } finally {
                    if (!handedOver) {
                        permits.release();
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Message> receive() throws InterruptedException {
        waiting.lockInterruptibly();
        polling.add(Thread.currentThread());
        try {
            var first = first();
            return first.isEmpty()
                    ? first
                    : queue.gather(first, settings.batchSize(), settings.window(), this::isStopped);
        } catch (RuntimeException failure) {
            // Whatever it was (the queue's server restarts, say), polling goes on.
            if (!isStopped()) {
                pause(AFTER_FAILURE);
            }
            return List.of();
        } finally {
            polling.remove(Thread.currentThread());
        }
    }

    // One poller waits for the queue, the next when that one has got something: an empty queue
    // would be asked by all of them each second, which is work.
    private List<Message> first() {
        try {
            return isStopped() ? List.of() : queue.await(settings.batchSize());
        } finally {
            waiting.unlock();
        }
    }

    private boolean handOver(List<Message> batch) {
        if (batch.isEmpty()) {
            return false;
        }
        if (isStopped()) {
            abandoned.add(batch);
            return false;
        }
        var until = Instant.now().plus(queue.visibilityTimeout());
        var thread =
                Thread.ofVirtual()
                        .name("batch of " + settings.function())
                        .unstarted(() -> work(batch, until));
        batches.add(thread);
        thread.start();
        return true;
    }

    private void work(List<Message> batch, Instant until) {
        try {
            for (var part : SqsEvent.split(batch)) {
                workOn(part, until);
            }
        } finally {
            permits.release();
            batches.remove(Thread.currentThread());
        }
    }

    private void workOn(List<Message> batch, Instant until) {
        try {
            var event = SqsEvent.json(batch, settings.queueArn(), settings.region());
            queue.delete(done(batch, invoke(event, until)));
        } catch (InterruptedException _) {
            // The mapping closes: whoever polls next may have them at once.
            abandoned.add(batch);
        } catch (SdkException failure) {
            // What could not be deleted comes again: at least once is the promise.
        } catch (RuntimeException failure) {
            // No function to be had: not the messages' fault, nor to be tried again in a rush.
            if (pausedUntilStopped(AFTER_FAILURE)) {
                abandoned.add(batch);
            } else {
                queue.makeVisible(batch);
            }
        }
    }

    // The last result, also where it is a throttle: by then the messages are visible again.
    private InvokeResult invoke(byte[] event, Instant until) throws InterruptedException {
        var delay = FIRST_THROTTLE_DELAY;
        while (true) {
            var result = functions.invoke(settings.function(), event);
            if (!(result instanceof InvokeResult.Throttled)
                    || Instant.now().plus(delay).isAfter(until)) {
                return result;
            }
            pause(delay);
            delay = delay.multipliedBy(2);
            if (delay.compareTo(LONGEST_THROTTLE_DELAY) > 0) {
                delay = LONGEST_THROTTLE_DELAY;
            }
        }
    }

    private List<Message> done(List<Message> batch, InvokeResult result) {
        return switch (result) {
            case InvokeResult.Success(_, byte[] answer, _) -> {
                if (!settings.reportBatchItemFailures()) {
                    yield batch;
                }
                var ids = batch.stream().map(Message::messageId).toList();
                var failed = BatchItemFailures.read(answer, ids);
                yield batch.stream().filter(it -> !failed.contains(it.messageId())).toList();
            }
            case InvokeResult.FunctionError _, InvokeResult.Throttled _ -> List.of();
        };
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void pause(Duration duration) throws InterruptedException {
        if (stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the mapping is closed");
        }
    }

    private boolean pausedUntilStopped(Duration duration) {
        try {
            return stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            return true;
        }
    }

    private static void join(Iterable<Thread> threads, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        for (var thread : threads) {
            long left = Math.max(1, end - System.nanoTime());
            try {
                boolean _ = thread.join(Duration.ofNanos(left));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

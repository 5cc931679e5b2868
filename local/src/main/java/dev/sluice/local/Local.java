package dev.sluice.local;

import dev.sluice.local.deploy.DeployException;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.invoke.Functions;
import dev.sluice.local.mapping.SqsMapping;
import dev.sluice.local.part.Parts;
import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxyFigures;
import dev.sluice.local.timer.RateScheduleSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A template that runs on this machine: everything it declares is up from `start` to `close`.
public final class Local implements AutoCloseable {
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    private final Parts parts;
    private final Deployment deployment;
    private final Deployment.Result result;

    private Local(Parts parts, Deployment deployment, Deployment.Result result) {
        this.parts = parts;
        this.deployment = deployment;
        this.result = result;
    }

    /// Returns when everything is up, custom resources included; a failure leaves nothing running.
    public static Local start(LocalOptions options) throws StartException {
        return start(options, InstantSource.system(), Thread::sleep);
    }

    /// The same with another time for schedules.
    static Local start(LocalOptions options, InstantSource clock, RateScheduleSettings.Pause pause)
            throws StartException {
        var parts = new Parts();
        try {
            var deployment = new Deployment(options, clock, pause, parts);
            return new Local(parts, deployment, deployment.run());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw closedAfter(new StartException("The start was interrupted.", stopping), parts);
        } catch (DocumentException | DeployException refused) {
            throw closedAfter(new StartException(sentence(refused), refused), parts);
        } catch (IOException | RuntimeException failure) {
            throw closedAfter(
                    new StartException("The stack could not start: " + sentence(failure), failure),
                    parts);
        }
    }

    public Endpoints endpoints() {
        return result.endpoints();
    }

    /// The template's outputs by name.
    public Map<String, String> outputs() {
        return result.outputs();
    }

    /// The functions, for what an operator does to them: invoke, look at their environments, set
    /// their reserved concurrency.
    public Functions functions() {
        return result.functions();
    }

    /// The event source mappings by the name of the function that they feed.
    public Map<String, SqsMapping> mappings() {
        return result.mappings();
    }

    /// The database's server, where the template declares one.
    public Optional<Postgres> database() {
        return result.database();
    }

    /// Deploys the functions from an image that lies elsewhere on this machine, while they work:
    /// environments of the old one end what they are at and are not used again.
    ///
    /// @param imagePaths where a path of the image lives, by prefix; the rest is as at the start
    public void redeploy(Map<String, Path> imagePaths) throws IOException {
        deployment.redeploy(imagePaths);
    }

    /// What the database proxy has seen, where the template declares one.
    public Optional<ProxyFigures> databaseProxy() {
        return result.databaseProxy().map(Proxy::figures);
    }

    /// Stops all, leaves no process; bounded in time.
    @Override
    public void close() {
        var failure = new AtomicReference<@Nullable Exception>();
        var closing =
                Thread.ofVirtual()
                        .name("close")
                        .start(() -> {
                            try {
                                parts.close();
                            } catch (Exception first) {
                                failure.set(first);
                            }
                        });
        try {
            if (!closing.join(LONGEST_CLOSE)) {
                throw new IllegalStateException(
                        "The stack did not stop within " + LONGEST_CLOSE.toSeconds() + " s.");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        var first = failure.get();
        if (first != null) {
            throw new IllegalStateException("The stack did not stop cleanly: " + first, first);
        }
    }

    private static StartException closedAfter(StartException failure, Parts parts) {
        try {
            parts.close();
        } catch (Exception second) {
            failure.addSuppressed(second);
        }
        return failure;
    }

    private static String sentence(Exception failure) {
        var inner = failure instanceof UncheckedIOException ? failure.getCause() : null;
        var message = failure.getMessage();
        var text = message == null ? failure.getClass().getSimpleName() : message;
        return (inner == null ? text : text + ": " + inner.getMessage()).replaceFirst("\\.$", "")
                + ".";
    }
}

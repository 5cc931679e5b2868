package dev.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.proxy.Pin;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxyFigures;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class with a statement that pins a session of the database proxy, and one that
/// leaves a transaction open. Registered for every class of the module.
public final class PinGuard implements AfterAllCallback {
    private static final AtomicReference<@Nullable Proxy> WATCHED = new AtomicReference<>();
    private static final AtomicInteger SEEN = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static void watch(Proxy proxy) {
        WATCHED.set(proxy);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        var proxy = WATCHED.get();
        if (proxy == null) return;
        var pins = proxy.figures().pins();
        var mine = pins.subList(SEEN.getAndSet(pins.size()), pins.size());
        assertThat(mine)
                .as("statements that pin a session of the proxy")
                .map(Pin::toString)
                .isEmpty();
        assertThat(atRest(proxy).borrowed()).as("transactions left open").isZero();
    }

    // A session that ended gives its connection back a moment later.
    private static ProxyFigures atRest(Proxy proxy) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        var figures = proxy.figures();
        while (figures.borrowed() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
            figures = proxy.figures();
        }
        return figures;
    }
}

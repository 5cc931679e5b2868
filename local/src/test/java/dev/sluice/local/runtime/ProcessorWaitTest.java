package dev.sluice.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ProcessorWaitTest {
    @Test
    void growsWhereManyShareAProcessor() throws Exception {
        var own = ProcessHandle.current().pid();
        var before = ProcessorWait.of(own);
        var threads = new ArrayList<Thread>();
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                while (System.nanoTime() < end) {
                                    Thread.onSpinWait();
                                }
                            }));
        }
        var during = Duration.ZERO;
        while (System.nanoTime() < end) {
            var now = ProcessorWait.of(own);
            during = now.compareTo(during) > 0 ? now : during;
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(during.minus(before)).isPositive();
    }

    @Test
    void isNothingForAProcessThatIsGone() {
        assertThat(ProcessorWait.of(Long.MAX_VALUE)).isZero();
    }
}

package dev.sluice.local.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.invoke.TestingFunctions;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ProcessorWaitTest {
    // to its parent's end at most
    private static final String SPIN = "while kill -0 $PPID; do :; done";

    @Test
    void growsWhereManyShareAProcessor() throws Exception {
        var crowd = new ArrayList<Process>();
        try {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                crowd.add(new ProcessBuilder("sh", "-c", SPIN).start());
            }
            for (var process : crowd) {
                var before = ProcessorWait.of(process.pid());
                TestingFunctions.awaitTrue(
                        () -> ProcessorWait.of(process.pid()).compareTo(before) > 0);
            }
        } finally {
            for (var process : crowd) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void isNothingForAProcessThatIsGone() {
        assertThat(ProcessorWait.of(Long.MAX_VALUE)).isZero();
    }
}

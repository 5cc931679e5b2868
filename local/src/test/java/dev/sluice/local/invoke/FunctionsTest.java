package dev.sluice.local.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionsTest {
    @TempDir Path directory;

    @Test
    void answers() throws Exception {
        try (var functions = Functions.start(TestingFunctions.settings(directory))) {
            functions.deploy(TestingFunctions.spec("Behave", Behaviour.class));
            for (int i = 0; i < 20; i++) {
                long t = System.nanoTime();
                var text = TestingFunctions.invoke(functions, "test-Behave", "\"print hi\"");
                System.out.println(text + " " + (System.nanoTime() - t) / 1e6);
            }
            System.out.println(functions.environments());
            System.out.println(
                    java.nio.file.Files.readString(directory.resolve("logs/Behave.log")));
            assertThat(TestingFunctions.invoke(functions, "test-Behave", "\"echo hello\""))
                    .isEqualTo("\"hello\"");
        }
    }
}

package dev.sluice.local.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A process that runs functions until it is killed: one that is idle, one that is busy, and one
/// that has a child and is still starting.
public final class Runner {
    private Runner() {}

    /// Prints the ids of the functions' processes in one line.
    public static void main(String[] args) throws Exception {
        var directory = Path.of(args[0]);
        try (var functions = Functions.start(TestingFunctions.settings(directory))) {
            functions.deploy(TestingFunctions.spec("Idle", Behaviour.class));
            functions.deploy(TestingFunctions.spec("Busy", Behaviour.class));
            functions.deploy(
                    TestingFunctions.withEnvironment(
                            TestingFunctions.spec("Starting", BadStart.class),
                            java.util.Map.of("START", "hang")));
            functions.invoke("test-Idle", "{}".getBytes(UTF_8));
            functions.invokeAsync("test-Busy", "\"child\"".getBytes(UTF_8));
            functions.invokeAsync("test-Starting", "{}".getBytes(UTF_8));
            TestingFunctions.awaitTrue(() -> functions.environments().size() == 3);
            TestingFunctions.awaitTrue(
                    () -> functions.environments().stream().anyMatch(it -> it.busy()));
            // the child of the busy one, and with it the watchers
            TestingFunctions.awaitTrue(
                    () -> Files.readString(directory.resolve("logs/Busy.log")).contains("child "));
            for (var environment : functions.environments()) {
                System.out.print(environment.pid() + " ");
            }
            System.out.println("ready");
            new CountDownLatch(1).await();
        }
    }
}

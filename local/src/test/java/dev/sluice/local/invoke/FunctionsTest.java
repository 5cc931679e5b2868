package dev.sluice.local.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.runtime.FunctionSpec;
import dev.sluice.local.runtime.RunningEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a caller sees of functions that work, fail, hang, crash and cannot start; all of them real
/// processes of the runtime interface client.
class FunctionsTest {
    @TempDir static Path directory;
    private static Functions functions;

    @BeforeAll
    static void start() throws Exception {
        functions = Functions.start(TestingFunctions.settings(directory));
        functions.deploy(TestingFunctions.spec("Behave", Behaviour.class));
    }

    @AfterAll
    static void stop() {
        functions.close();
    }

    @Test
    void givesTheAnswerOfTheHandler() throws Exception {
        assertThat(invoke("\"echo hello\"")).isEqualTo("\"hello\"");
        assertThat(invoke("{\"a\": [1, null]}")).isEqualTo("{\"a\": [1, null]}");
    }

    @Test
    void findsAFunctionByEachFormOfItsName() throws Exception {
        var arn = functions.arn("test-Behave");
        for (var name :
                List.of(
                        arn,
                        arn + ":$LATEST",
                        "test-Behave:$LATEST",
                        "000000000000:function:test-Behave")) {
            assertThat(TestingFunctions.invoke(functions, name, "\"echo x\"")).isEqualTo("\"x\"");
        }
        assertThatThrownBy(() -> TestingFunctions.invoke(functions, "absent", "{}"))
                .isInstanceOf(NoSuchFunctionException.class)
                .hasMessage("Function not found: " + functions.arn("absent"));
    }

    @Test
    void reportsAnExceptionAsTheRuntimeDoes() throws Exception {
        assertThat(invoke("\"throw bad thing\""))
                .startsWith(
                        "error {\"errorMessage\":\"bad thing\",\"errorType\":\"java.lang.IllegalArgumentException\",\"stackTrace\":[\"dev.sluice.local.invoke.Behaviour.act(Behaviour.java:");
    }

    @Test
    void takesAStackTraceOfAThousandFramesInAHeader() throws Exception {
        assertThat(invoke("\"deep 2000\"")).startsWith("error {\"errorMessage\":\"deep\"");
        // the process has survived its report
        assertThat(invoke("\"echo on\"")).isEqualTo("\"on\"");
    }

    @Test
    void endsAHandlerThatTakesTooLong() throws Exception {
        deploy(with(TestingFunctions.spec("Slow", Behaviour.class), Duration.ofSeconds(1)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer =
                    threads.submit(
                            () -> functions.invoke("test-Slow", "\"sleep 30000\"".getBytes(UTF_8)));
            awaitTrue(() -> environments("Slow").findAny().isPresent());
            var pid = environments("Slow").map(it -> it.pid()).findAny();
            var result = answer.get(60, TimeUnit.SECONDS);
            assertThat(TestingFunctions.text(result))
                    .isEqualTo(
                            "error {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
                                    + result.requestId()
                                    + " Error: Task timed out after 1.00 seconds\"}");
            assertThat(pid).hasValueSatisfying(it -> assertThat(isAlive(it)).isFalse());
        }
        assertThat(log("Slow")).contains("Task timed out after 1.00 seconds", "\tStatus: timeout");
    }

    @Test
    void reportsAnExitByItsStatus() throws Exception {
        assertThat(invoke("\"exit 3\""))
                .matches(
                        "error \\{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: [-0-9a-f]{36} Error: Runtime exited with error: exit status 3\"}");
        assertThat(invoke("\"exit 0\""))
                .endsWith("Error: Runtime exited without providing a reason\"}");
    }

    @Test
    void reportsAKilledProcessByItsSignal() throws Exception {
        deploy(TestingFunctions.spec("Killed", Behaviour.class));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var result =
                    threads.submit(() ->
                            TestingFunctions.invoke(functions, "test-Killed", "\"sleep 15000\""));
            awaitTrue(() -> log("Killed").contains("START"));
            environments("Killed")
                    .filter(it -> it.busy())
                    .forEach(it -> ProcessHandle.of(it.pid()).orElseThrow().destroyForcibly());
            assertThat(result.get(60, TimeUnit.SECONDS))
                    .endsWith("Error: Runtime exited with error: signal: killed\"}");
        }
    }

    @Test
    void callsAnotherWhereAnIdleProcessWasKilled() throws Exception {
        deploy(TestingFunctions.spec("Idle", Behaviour.class));
        for (int i = 0; i < 3; i++) {
            var pid = TestingFunctions.invoke(functions, "test-Idle", "\"pid\"").replace("\"", "");
            ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
            awaitTrue(() -> !isAlive(pid));
        }
        assertThat(TestingFunctions.invoke(functions, "test-Idle", "\"calls\"")).isEqualTo("\"1\"");
    }

    @Test
    void goesOnAfterTheHeapWasFull() throws Exception {
        deploy(TestingFunctions.spec("Heap", Behaviour.class));
        assertThat(TestingFunctions.invoke(functions, "test-Heap", "\"heap\""))
                .startsWith(
                        "error {\"errorMessage\":\"Java heap space\",\"errorType\":\"java.lang.OutOfMemoryError\"");
        assertThat(TestingFunctions.invoke(functions, "test-Heap", "\"calls\"")).isEqualTo("\"1\"");
    }

    @Test
    void refusesAnAnswerOverSixMegabytes() throws Exception {
        assertThat(invoke("\"large 6291455\"")).hasSize(6_291_457);
        assertThat(invoke("\"large 6300000\""))
                .isEqualTo(
                        "error {\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
        assertThat(invoke("\"echo on\"")).isEqualTo("\"on\"");
    }

    @Test
    void usesAnEnvironmentAgain() throws Exception {
        deploy(TestingFunctions.spec("Again", Behaviour.class));
        for (int call = 1; call <= 5; call++) {
            assertThat(TestingFunctions.invoke(functions, "test-Again", "\"calls\""))
                    .isEqualTo("\"" + call + "\"");
        }
    }

    @Test
    void neverRunsTwoInvocationsInOneEnvironment() throws Exception {
        deploy(TestingFunctions.spec("Many", Behaviour.class));
        var answers = all(8, () -> TestingFunctions.invoke(functions, "test-Many", "\"alone\""));
        assertThat(answers).containsOnly("\"true\"");
        // had one died of the others' start (SIGBUS), it would have been started again
        assertThat(log("Many")).doesNotContain("INIT_REPORT", "SIGBUS");
    }

    @Test
    void survivesProcessesThatAreKilledAtRandom() throws Exception {
        deploy(TestingFunctions.spec("Chaos", Behaviour.class));
        var random = new Random(42);
        var killing = new AtomicBoolean(true);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var killer =
                    threads.submit(() -> {
                        while (killing.get()) {
                            var all =
                                    functions.environments().stream()
                                            .filter(it -> it.logicalId().equals("Chaos"))
                                            .toList();
                            if (!all.isEmpty()) {
                                var pid = all.get(random.nextInt(all.size())).pid();
                                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                            }
                            LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
                        }
                        return null;
                    });
            Callable<String> call =
                    () -> TestingFunctions.invoke(functions, "test-Chaos", "\"sleep 100\"");
            for (var answer : threads.invokeAll(java.util.Collections.nCopies(60, call))) {
                assertThat(answer.get())
                        .matches("\"slept\"|error .*Runtime exited with error: signal: killed\"}");
            }
            killing.set(false);
            killer.get();
        }
        assertThat(TestingFunctions.invoke(functions, "test-Chaos", "\"echo on\""))
                .isEqualTo("\"on\"");
    }

    @Test
    void throttlesOverTheReservedConcurrency() throws Exception {
        deploy(reserved("Two", 2));
        var results =
                all(5, () -> TestingFunctions.invoke(functions, "test-Two", "\"sleep 2000\""));
        assertThat(results)
                .containsExactlyInAnyOrder(
                        "\"slept\"",
                        "\"slept\"",
                        "throttled ReservedFunctionConcurrentInvocationLimitExceeded",
                        "throttled ReservedFunctionConcurrentInvocationLimitExceeded",
                        "throttled ReservedFunctionConcurrentInvocationLimitExceeded");
    }

    @Test
    void leavesAHundredUnreserved() {
        assertThatThrownBy(() -> deploy(reserved("Greedy", 950)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("below its minimum value of [100]");
    }

    @Test
    void tellsTheHandlerWhereItRuns() throws Exception {
        assertThat(invoke("\"variable AWS_LAMBDA_FUNCTION_NAME\"")).isEqualTo("\"test-Behave\"");
        assertThat(invoke("\"variable AWS_REGION\"")).isEqualTo("\"eu-west-1\"");
        assertThat(invoke("\"variable AWS_ACCESS_KEY_ID\"")).isEqualTo("\"testing\"");
        assertThat(invoke("\"variable AWS_LAMBDA_FUNCTION_MEMORY_SIZE\"")).isEqualTo("\"256\"");
        assertThat(invoke("\"variable _HANDLER\""))
                .isEqualTo("\"" + Behaviour.class.getName() + "\"");
        assertThat(invoke("\"context\"")).startsWith("\"" + functions.arn("test-Behave") + " ");
        int remaining = Integer.parseInt(invoke("\"remaining\"").replace("\"", ""));
        assertThat(remaining).isBetween(10_000, 20_000);
    }

    @Test
    void keepsTheRunnersVariablesToItself() throws Exception {
        assertThat(System.getenv("HOME")).isNotNull();
        assertThat(invoke("\"variable HOME\"")).isEqualTo("\"null\"");
    }

    @Test
    void refusesReservedVariables() {
        assertThatThrownBy(() ->
                        with(
                                TestingFunctions.spec("Reserved", Behaviour.class),
                                Map.of("AWS_REGION", "x", "_HANDLER", "y", "FINE", "z")))
                .hasMessageEndingWith("Reserved keys used in this request: AWS_REGION, _HANDLER");
    }

    @Test
    void writesTheLogAsLambdaDoes() throws Exception {
        deploy(TestingFunctions.spec("Logging", Behaviour.class));
        var first = functions.invoke("test-Logging", "\"print one\"".getBytes(UTF_8));
        var second = functions.invoke("test-Logging", "\"print two\"".getBytes(UTF_8));
        assertThat(log("Logging").replaceAll("[0-9.]+ (ms|MB)", "N $1"))
                .isEqualTo(
                        """
                        START RequestId: %1$s Version: $LATEST
                        one
                        and one
                        no end of line
                        END RequestId: %1$s
                        REPORT RequestId: %1$s\tDuration: N ms\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB\tInit Duration: N ms
                        START RequestId: %2$s Version: $LATEST
                        two
                        and two
                        no end of line
                        END RequestId: %2$s
                        REPORT RequestId: %2$s\tDuration: N ms\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB
                        """
                                .formatted(first.requestId(), second.requestId()));
        assertThat(((InvokeResult.Success) second).logTail())
                .startsWith("START RequestId: " + second.requestId())
                .contains("\ntwo\n")
                .doesNotContain("\none\n");
    }

    @Test
    void givesTheReasonOfAFailedStart() throws Exception {
        deploy(with(TestingFunctions.spec("Throwing", BadStart.class), Map.of("START", "throw")));
        assertThat(TestingFunctions.invoke(functions, "test-Throwing", "{}"))
                .startsWith("error {\"errorMessage\":\"")
                .contains("cannot start");
        assertThat(log("Throwing"))
                .contains("\tPhase: init\tStatus: error\tError Type: Runtime.")
                .contains("\tPhase: invoke\tStatus: error\tError Type: Runtime.");
    }

    @Test
    void reportsAnExitWhileStarting() throws Exception {
        deploy(with(TestingFunctions.spec("Exiting", BadStart.class), Map.of("START", "exit")));
        assertThat(TestingFunctions.invoke(functions, "test-Exiting", "{}"))
                .contains("\"errorType\":\"Runtime.ExitError\"")
                .endsWith("Error: Runtime exited with error: exit status 7\"}");
    }

    @Test
    void triesAStartThatHungAgainWithinTheInvocation() throws Exception {
        var mark = directory.resolve("a/started-once");
        try (var impatient = impatient("a")) {
            impatient.deploy(
                    with(
                            TestingFunctions.spec("Once", BadStart.class),
                            Map.of("START", "once " + mark)));
            assertThat(TestingFunctions.invoke(impatient, "test-Once", "{\"a\":1}"))
                    .isEqualTo("{\"a\":1}");
        }
        assertThat(Files.readString(directory.resolve("a/logs/Once.log")))
                .contains("\tPhase: init\tStatus: timeout")
                .contains("\tPhase: invoke\tStatus: success");
    }

    @Test
    void timesOutAStartThatHangsForever() throws Exception {
        try (var impatient = impatient("b")) {
            impatient.deploy(
                    with(
                            with(
                                    TestingFunctions.spec("Hanging", BadStart.class),
                                    Map.of("START", "hang")),
                            Duration.ofSeconds(1)));
            assertThat(TestingFunctions.invoke(impatient, "test-Hanging", "{}"))
                    .contains("\"errorType\":\"Sandbox.Timedout\"")
                    .contains("Task timed out after 1.00 seconds");
        }
    }

    @Test
    void takesTheNewFunctionAfterADeployment() throws Exception {
        var old = with(TestingFunctions.spec("Renewed", Behaviour.class), Map.of("VERSION", "1"));
        deploy(old);
        var pid = TestingFunctions.invoke(functions, "test-Renewed", "\"pid\"");
        deploy(with(old, Map.of("VERSION", "2")));
        assertThat(TestingFunctions.invoke(functions, "test-Renewed", "\"variable VERSION\""))
                .isEqualTo("\"2\"");
        assertThat(isAlive(pid)).isFalse();
    }

    @Test
    void finishesWhatTheOldFunctionHadTaken() throws Exception {
        var spec = TestingFunctions.spec("Replaced", Behaviour.class);
        deploy(spec);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<Future<String>>();
            for (int i = 0; i < 6; i++) {
                results.add(
                        threads.submit(() ->
                                TestingFunctions.invoke(
                                        functions, "test-Replaced", "\"sleep 300\"")));
            }
            awaitTrue(() -> log("Replaced").contains("START"));
            deploy(spec);
            for (var result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo("\"slept\"");
            }
        }
    }

    @Test
    void letsIdleEnvironmentsGo() throws Exception {
        try (var forgetful =
                Functions.start(
                        TestingFunctions.withIdle(
                                TestingFunctions.settings(directory.resolve("c")),
                                Duration.ofMillis(300)))) {
            forgetful.deploy(TestingFunctions.spec("Forgotten", Behaviour.class));
            var pid = TestingFunctions.invoke(forgetful, "test-Forgotten", "\"pid\"");
            awaitTrue(() -> !isAlive(pid));
            // its place in the list goes just after its process
            awaitTrue(() -> forgetful.environments().isEmpty());
        }
    }

    @Test
    void leavesNoProcessWhenItCloses() throws Exception {
        var closing = Functions.start(TestingFunctions.settings(directory.resolve("d")));
        closing.deploy(TestingFunctions.spec("Closing", Behaviour.class));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                var _ =
                        threads.submit(() ->
                                TestingFunctions.invoke(
                                        closing, "test-Closing", "\"sleep 60000\""));
            }
            awaitTrue(() -> closing.environments().stream().filter(it -> it.busy()).count() == 3);
            var pids = closing.environments().stream().map(it -> it.pid()).toList();
            long begin = System.nanoTime();
            closing.close();
            // before the function's timeout would have ended them
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(15));
            assertThat(pids).noneMatch(FunctionsTest::isAlive);
        }
        closing.close();
    }

    private static FunctionSpec reserved(String name, int concurrency) {
        var spec = TestingFunctions.spec(name, Behaviour.class);
        return TestingFunctions.withReserved(spec, OptionalInt.of(concurrency));
    }

    private static FunctionSpec with(FunctionSpec spec, Duration timeout) {
        return TestingFunctions.withTimeout(spec, timeout);
    }

    private static FunctionSpec with(FunctionSpec spec, Map<String, String> environment) {
        return TestingFunctions.withEnvironment(spec, environment);
    }

    private static Functions impatient(String name) throws Exception {
        return Functions.start(
                TestingFunctions.withInitLimit(
                        TestingFunctions.settings(directory.resolve(name)), Duration.ofSeconds(3)));
    }

    private static void deploy(FunctionSpec spec) throws Exception {
        functions.deploy(spec);
    }

    private static String invoke(String event) throws InterruptedException {
        return TestingFunctions.invoke(functions, "test-Behave", event);
    }

    private static String log(String name) throws Exception {
        return Files.readString(directory.resolve("logs/" + name + ".log"));
    }

    private static Stream<RunningEnvironment> environments(String logicalId) {
        return functions.environments().stream().filter(it -> it.logicalId().equals(logicalId));
    }

    private static boolean isAlive(String pid) {
        return isAlive(Long.parseLong(pid.replace("\"", "")));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        TestingFunctions.awaitTrue(condition);
    }

    private static <T> List<T> all(int times, Callable<T> task) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var future : threads.invokeAll(java.util.Collections.nCopies(times, task))) {
                results.add(future.get());
            }
            return results;
        }
    }
}

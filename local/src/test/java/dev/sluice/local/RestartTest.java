package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a data directory over several starts, good and bad ones.
class RestartTest {
    @TempDir Path folder;
    private TestingStack stack;

    @BeforeEach
    void open() throws IOException {
        stack = new TestingStack(folder);
    }

    @AfterEach
    void close() throws InterruptedException {
        stack.close();
        TestingStack.assertNoProcesses();
    }

    @Test
    void goesOnWhereTheLastRunStopped() throws Exception {
        Endpoints first;
        try (var local = Local.start(stack.options())) {
            first = local.endpoints();
            assertThat(stack.event("RequestType")).contains("\"RequestType\":\"Create\"");
        }

        try (var local = Local.start(stack.options())) {
            assertThat(local.endpoints()).isEqualTo(first);
            assertThat(stack.event("RequestType"))
                    .contains("\"RequestType\":\"Update\"")
                    .contains("\"PhysicalResourceId\":\"thing-1\"");
        }
    }

    @Test
    void leavesNothingBehindAStartThatFails() {
        var options = stack.options().withParameters(stack.parameters(Map.of("Fail", "yes")));

        assertThatThrownBy(() -> Local.start(options).close())
                .isInstanceOf(StartException.class)
                .hasMessage("The resource Thing could not be made: the schema is from the future.");
    }

    @Test
    void saysWhatIsWrongWithTheTemplateBeforeAnythingStarts() throws IOException {
        var api = folder.resolve("api.yaml");
        Files.writeString(api, Files.readString(api).replace("aws_proxy", "http_proxy"));

        assertThatThrownBy(() -> Local.start(stack.options()).close())
                .isInstanceOf(StartException.class)
                .hasMessage("api.yaml:7: the integration http_proxy is not supported.");
        assertThat(folder.resolve("data/s3")).doesNotExist();
    }

    @Test
    void saysThatThePortIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var options = stack.options().withApiPort(taken.getLocalPort());

            assertThatThrownBy(() -> Local.start(options).close())
                    .isInstanceOf(StartException.class)
                    .hasMessage(
                            "The stack could not start: the port %d is taken."
                                    .formatted(taken.getLocalPort()));
        }
    }
}

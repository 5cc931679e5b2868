package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A function starts here with the words of its image: only their paths may differ.
class HostCommandTest {
    private final HostCommand command =
            new HostCommand(
                    Map.of(
                            "/var/task/lib",
                            Path.of("/built/image"),
                            "/var/task",
                            Path.of("/task")));

    @Test
    void putsPathsInTheirPlacesHere() {
        assertThat(
                        command.words(
                                List.of(
                                        "/opt/java/bin/java",
                                        "-XX:AOTCache=/var/task/app.aot",
                                        "-cp",
                                        "/var/task/lib/*:/var/task",
                                        "/var/tasks",
                                        "/a/var/task",
                                        "a.Main")))
                .containsExactly(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:AOTCache=/task/app.aot",
                        "-cp",
                        "/built/image/*:/task",
                        "/var/tasks",
                        "/a/var/task",
                        "a.Main");
    }

    @Test
    void takesTheRunnersJavaForTheOneOnThePath() {
        assertThat(command.words(List.of("java", "-version")).getFirst())
                .isEqualTo(System.getProperty("java.home") + "/bin/java");
        assertThat(command.words(List.of("/bin/cat")).getFirst()).isEqualTo("/bin/cat");
    }
}

package dev.sluice.local.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process of an image without building the image.
class ImageFileTest {
    @TempDir Path folder;

    @Test
    void readsTheLastStage() throws IOException {
        var image =
                read(
                        """
                        # comment
                        ARG BASE=somewhere/base:1
                        FROM ${BASE} AS build
                        ENTRYPOINT ["wrong"]
                        RUN make \\
                            # in between
                            && make install
                        RUN <<EOF
                        ENTRYPOINT ["also wrong"]
                        EOF

                        FROM scratch AS common
                        ENV HOME_DIR=/var/task LEVEL="very high" SINGLE='$x'
                        WORKDIR $HOME_DIR

                        FROM --platform=linux/amd64 common
                        COPY --from=build /a /b
                        USER 1234:1234
                        ENV LIB=${HOME_DIR}/lib
                        ENTRYPOINT ["/opt/java/bin/java", "-cp", "/var/task/lib/*", \\
                            "a.Main"]
                        CMD ["a.Handler"]
                        """);

        assertThat(image.entryPoint())
                .containsExactly("/opt/java/bin/java", "-cp", "/var/task/lib/*", "a.Main");
        assertThat(image.command()).containsExactly("a.Handler");
        assertThat(image.workingDirectory()).contains("/var/task");
        assertThat(image.environment())
                .isEqualTo(
                        Map.of(
                                "HOME_DIR",
                                "/var/task",
                                "LEVEL",
                                "very high",
                                "SINGLE",
                                "$x",
                                "LIB",
                                "/var/task/lib"));
    }

    @Test
    void forgetsTheCommandOfTheStageBelow() throws IOException {
        var image =
                read(
                        """
                        FROM a AS below
                        CMD ["below"]
                        FROM below
                        ENTRYPOINT ["java"]
                        """);

        assertThat(image.command()).isEmpty();
    }

    @Test
    void namesTheLineOfWhatItCannotFollow() {
        assertThatThrownBy(() -> read("FROM a\nENTRYPOINT java -jar x.jar\n"))
                .hasMessage("Dockerfile:2: ENTRYPOINT wants the form [\"program\", \"argument\"]");
        assertThatThrownBy(() -> read("FROM a\n\nMOUNT /x\n"))
                .hasMessage("Dockerfile:3: MOUNT is not supported");
    }

    private ImageFile read(String text) throws IOException {
        return ImageFile.read(Files.writeString(folder.resolve("Dockerfile"), text));
    }
}

package dev.sluice.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two stacks on one folder would write over each other.
final class DataFolderTest {
    @TempDir Path folder;

    @Test
    void isClaimedOnceAtATime() throws IOException {
        try (var claimed = DataFolder.claim(folder)) {
            assertThatThrownBy(() -> DataFolder.claim(folder))
                    .isInstanceOf(Complaint.class)
                    .hasMessageContaining("already running in " + claimed.path());
        }
        DataFolder.claim(folder).close();
    }

    @Test
    void forgetsTheEndpointsOfAStackThatCrashed() throws IOException {
        var left = Files.writeString(Endpoints.fileIn(folder), "{}");
        try (var _ = DataFolder.claim(folder)) {
            assertThat(left).doesNotExist();
        }
    }
}

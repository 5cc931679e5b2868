package dev.sluice.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys are names and never paths: nothing in them is mended, little is refused.
final class InboxKeyTest {
    @ParameterizedTest
    @ValueSource(strings = {"a b+c%20.csv", "..", "../../x", "naïve/東京.csv", "x//y", "-"})
    void takesAnyNameAsItIs(String name) {
        assertThat(new InboxKey("demo", "navaids", name).text()).isEqualTo("demo/navaids/" + name);
    }

    @Test
    void refusesWhatWouldNameAnotherTenantOrDataset() {
        assertThatThrownBy(() -> new InboxKey("demo/x", "navaids", "a"))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("tenant: \"demo/x\"");
        assertThatThrownBy(() -> new InboxKey("demo", "", "a")).isInstanceOf(Complaint.class);
        assertThatThrownBy(() -> new InboxKey("demo", "navaids", "")).isInstanceOf(Complaint.class);
    }

    @Test
    void refusesMoreBytesThanS3Takes() {
        assertThatThrownBy(() -> new InboxKey("demo", "navaids", "東".repeat(338)))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("1027");
    }
}

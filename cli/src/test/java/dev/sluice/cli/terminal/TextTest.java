package dev.sluice.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// A file's bytes end up on somebody's terminal: they must not steer it.
final class TextTest {
    @Test
    void spellsOutWhatWouldSteerATerminal() {
        assertThat(Text.safe("a\tb\r\nc\u001b[31m\u0000\u007f\u009b"))
                .isEqualTo("a\\tb\\r\\nc\\x1b[31m\\x00\\x7f\\x9b");
    }

    @Test
    void spellsOutWhatHidesOrReordersText() {
        assertThat(Text.safe("\u202eabc\u200b\u2028")).isEqualTo("\\u{202e}abc\\u{200b}\\u{2028}");
        assertThat(Text.safe("\ud800x")).isEqualTo("\\u{d800}x");
    }

    @Test
    void leavesTheWritingOfTheWorldAlone() {
        var text = "Zürich, مطارات, 東京, 🛩, é";
        assertThat(Text.safe(text)).isEqualTo(text);
    }

    @Test
    void countsTheCellsOfWideSignsAndMarks() {
        assertThat(Text.width("abc")).isEqualTo(3);
        assertThat(Text.width("東京")).isEqualTo(4);
        assertThat(Text.width("e\u0301")).isEqualTo(1);
        assertThat(Text.width("🛩x")).isEqualTo(3);
    }

    @Test
    void cutsToCellsAndNeverThroughASign() {
        assertThat(Text.fit("navaids.csv", 11)).isEqualTo("navaids.csv");
        assertThat(Text.fit("navaids.csv", 6)).isEqualTo("navai…");
        assertThat(Text.fit("東京都", 4)).isEqualTo("東…");
        assertThat(Text.fitEnd("demo/navaids/a.csv", 8)).isEqualTo("…s/a.csv");
        assertThat(Text.fit("abc", 0)).isEmpty();
    }

    @Test
    void wrapsBetweenWordsAndNeverThroughOne() {
        assertThat(Text.wrap("a word and anotherverylongword ends", 10))
                .containsExactly("a word and", "anotherverylongword", "ends");
        assertThat(Text.wrap("", 10)).containsExactly("");
    }

    @Test
    void givesNumbersTheirUnits() {
        assertThat(Text.count(11_008, "row")).isEqualTo("11,008 rows");
        assertThat(Text.count(1, "row")).isEqualTo("1 row");
        assertThat(Text.bytes(999)).isEqualTo("999 B");
        assertThat(Text.bytes(1_524_946)).isEqualTo("1.5 MB");
        assertThat(Text.bytes(999_960)).isEqualTo("1.0 MB");
        assertThat(Text.bytes(123_456)).isEqualTo("123 KB");
        assertThat(Text.time(Duration.ofMillis(1234))).isEqualTo("1.2 s");
        assertThat(Text.time(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
        var now = Instant.parse("2026-11-22T12:00:00Z");
        assertThat(Text.ago(now.minusSeconds(90), now)).isEqualTo("1 min ago");
        assertThat(Text.ago(now.plusSeconds(5), now)).isEqualTo("0 s ago");
    }
}

package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.TimePattern;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalQueries;
import org.jspecify.annotations.Nullable;

/// Dates and times as a column's pattern writes them, read by the library.
final class PatternedTime {
    private static final int MOST_OFFSET_SECONDS = 16 * 3600;

    private final DateTimeFormatter formatter;

    PatternedTime(TimePattern pattern) {
        this.formatter = pattern.formatter();
    }

    /// A wall time, with the zone or offset it was written with.
    record Read(LocalDateTime wall, @Nullable ZoneId zone) {}

    /// What the bytes say; null where they are not as the pattern or beyond the years 1 to 9999.
    @Nullable Read read(byte[] bytes, int from, int to) {
        try {
            var parsed = formatter.parse(new String(bytes, from, to - from, UTF_8));
            var date = parsed.query(TemporalQueries.localDate());
            var time = parsed.query(TemporalQueries.localTime());
            return date == null || !isStorable(date, time)
                    ? null
                    : new Read(
                            date.atTime(time == null ? LocalTime.MIDNIGHT : time),
                            parsed.query(TemporalQueries.zone()));
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static boolean isStorable(LocalDate date, @Nullable LocalTime time) {
        return date.getYear() >= 1
                && date.getYear() <= 9999
                && (time == null || time.get(ChronoField.NANO_OF_SECOND) % 1_000 == 0);
    }

    /// The offset of a wall time in a zone: of two the earlier one's; null where a change of clocks
    /// leaves the time out, or beyond what PostgreSQL knows.
    static @Nullable ZoneOffset offset(LocalDateTime wall, ZoneId zone) {
        var offsets = zone.getRules().getValidOffsets(wall);
        return offsets.isEmpty()
                        || Math.abs(offsets.getFirst().getTotalSeconds()) >= MOST_OFFSET_SECONDS
                ? null
                : offsets.getFirst();
    }
}

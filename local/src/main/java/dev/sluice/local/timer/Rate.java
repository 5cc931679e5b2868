package dev.sluice.local.timer;

import java.time.Duration;
import java.util.regex.Pattern;

/// A schedule expression of the form `rate(5 minutes)`.
public record Rate(Duration interval) {
    private static final Pattern FORM =
            Pattern.compile("rate\\(([1-9][0-9]{0,8}) (minute|hour|day)(s?)\\)");

    /// Reads an expression.
    ///
    /// @throws IllegalArgumentException naming the expression, if it is not a rate as AWS takes it
    public static Rate parse(String expression) {
        var form = FORM.matcher(expression);
        if (!form.matches()) {
            throw refused(expression);
        }
        long count = Long.parseLong(form.group(1));
        boolean plural = !form.group(3).isEmpty();
        if (plural == (count == 1)) {
            throw refused(expression);
        }
        return new Rate(
                switch (form.group(2)) {
                    case "minute" -> Duration.ofMinutes(count);
                    case "hour" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                });
    }

    private static IllegalArgumentException refused(String expression) {
        return new IllegalArgumentException(
                "Schedule expression "
                        + expression
                        + " is not supported here: rate(1 minute), rate(N minutes), and the same"
                        + " with hour and day");
    }
}

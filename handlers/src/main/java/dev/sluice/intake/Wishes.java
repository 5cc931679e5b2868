package dev.sluice.intake;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.RejectLimit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the uploader asked for in the object's metadata.
///
/// @param label the uploader's own name for this load, which keeps it from being loaded twice
/// @param limit may only tighten the dataset's
/// @param job the awaited upload that the object says it is
record Wishes(@Nullable String label, boolean dryRun, RejectLimit limit, Optional<UUID> job) {
    private static final String PREFIX = "sluice-";
    private static final int LONGEST_LABEL = 200;

    /// Reads them.
    ///
    /// @throws JobFailedException when one can't be met: a wish passed over could load what was
    ///   only to be tried
    static Wishes of(Map<String, String> metadata) {
        @Nullable String label = null;
        boolean dryRun = false;
        var limit = RejectLimit.NONE;
        Optional<UUID> job = Optional.empty();
        for (var entry : metadata.entrySet()) {
            var value = entry.getValue();
            switch (entry.getKey()) {
                case PREFIX + "label" -> label = label(value);
                case PREFIX + "dry-run" -> dryRun = dryRun(value);
                case PREFIX + "max-reject-ratio" -> limit = new RejectLimit(null, ratio(value));
                case PREFIX + "job" -> job = Optional.of(job(value));
                default -> {
                    if (entry.getKey().startsWith(PREFIX)) {
                        throw invalid(entry.getKey(), "is not known");
                    }
                }
            }
        }
        return new Wishes(label, dryRun, limit, job);
    }

    private static String label(String value) {
        if (value.isBlank()
                || value.length() > LONGEST_LABEL
                || value.chars().anyMatch(Character::isISOControl)) {
            throw invalid(PREFIX + "label", "is 1 to 200 characters, none of them a control");
        }
        return value;
    }

    private static boolean dryRun(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(PREFIX + "dry-run", "is true or false");
        };
    }

    private static double ratio(String value) {
        try {
            double ratio = Double.parseDouble(value);
            if (ratio >= 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException _) {
            // told below, like one out of range
        }
        throw invalid(PREFIX + "max-reject-ratio", "is a number from 0 to 1");
    }

    private static UUID job(String value) {
        try {
            return UUID.fromString(value);
        } catch (IllegalArgumentException _) {
            throw invalid(PREFIX + "job", "is a job's id");
        }
    }

    private static JobFailedException invalid(String name, String rule) {
        return new JobFailedException(
                ErrorCode.INVALID_METADATA,
                "The object's metadata %s; %s %s.".formatted("can't be followed", name, rule));
    }
}

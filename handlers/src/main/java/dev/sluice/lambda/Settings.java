package dev.sluice.lambda;

import java.util.Map;

/// The environment of a function: every setting is read here, and a missing one is named.
public record Settings(Map<String, String> environment) {
    public Settings {
        environment = Map.copyOf(environment);
    }

    /// The settings of this process.
    public static Settings ofProcess() {
        return new Settings(System.getenv());
    }

    /// A setting that must be there.
    public String text(String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("the setting %s is missing".formatted(name));
        }
        return value;
    }

    /// A whole number within bounds, or the default when it is not set.
    public long number(String name, long least, long most, long otherwise) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below, together with what is out of bounds
        }
        throw new IllegalStateException(
                "the setting %s is '%s', not a whole number from %d to %d"
                        .formatted(name, value, least, most));
    }
}

package dev.sluice.local.gateway;

import java.util.List;
import java.util.Locale;

/// Media types with wildcards, as `binaryMediaTypes` has them.
final class MediaTypes {
    private MediaTypes() {}

    static boolean matchesAny(List<String> patterns, String header) {
        var type = header.split("[;,]", 2)[0].strip().toLowerCase(Locale.ROOT);
        return patterns.stream().anyMatch(it -> matches(it.toLowerCase(Locale.ROOT), type));
    }

    private static boolean matches(String pattern, String type) {
        return pattern.equals("*/*")
                || pattern.equals(type)
                || (pattern.endsWith("/*")
                        && type.startsWith(pattern.substring(0, pattern.length() - 1)));
    }
}

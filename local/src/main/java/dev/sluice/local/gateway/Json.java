package dev.sluice.local.gateway;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// JSON documents as bytes; nulls are written.
final class Json {
    private static final JSON WITH_NULLS = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private Json() {}

    static byte[] bytes(Object document) {
        return text(document).getBytes(StandardCharsets.UTF_8);
    }

    static String text(@Nullable Object document) {
        try {
            return document == null ? "null" : WITH_NULLS.asString(document);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

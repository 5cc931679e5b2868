package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsObject;
import org.jspecify.annotations.Nullable;

/// A record that was refused, with its place and the reason. The raw text comes from the file as it
/// is: make it safe before it is shown.
public record Reject(
        long line,
        long byteOffset,
        @Nullable String column,
        String code,
        String message,
        @Nullable String raw,
        JrsObject document) {

    static Reject of(JrsObject json) {
        return new Reject(
                Json.number(json, "line"),
                Json.number(json, "byteOffset"),
                Json.text(json, "column"),
                Json.text(json, "code", ""),
                Json.text(json, "message", ""),
                Json.text(json, "raw"),
                json);
    }
}

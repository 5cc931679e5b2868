package dev.sluice.rows;

import java.util.List;

/// The names of a file's fields, in the file's order. The job row keeps it as text.
@SuppressWarnings("DoNotCallSuggester")
public record Layout(List<String> names) {
    public Layout {
        names = List.copyOf(names);
    }

    /// Rebuilds what [#text] gave.
    public static Layout parse(String text) {
        throw new UnsupportedOperationException("not yet " + text);
    }

    /// The layout as one line of text.
    public String text() {
        throw new UnsupportedOperationException("not yet");
    }
}

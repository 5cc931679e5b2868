package dev.sluice.rows;

import dev.sluice.job.RejectCode;
import org.jspecify.annotations.Nullable;

/// The check of one value against its column and its form in a binary COPY.
sealed interface Values permits FastValues, PlainValues {

    /// Appends a value that is not null, its length in front. Bytes are valid UTF-8 without NUL.
    ///
    /// @return why the value is refused, when it is; the buffer's end is then undefined
    @Nullable RejectCode put(int column, byte[] bytes, int from, int to, CopyBuffer out);
}

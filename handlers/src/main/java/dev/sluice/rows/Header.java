package dev.sluice.rows;

import dev.sluice.dataset.Dataset;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;

/// What the beginning of a file says: the layout, and where the first record starts.
@SuppressWarnings("DoNotCallSuggester")
public record Header(Layout layout, Position next) {

    /// Reads the header of a file that stands at its first byte, and no byte more: the stream,
    /// which must support mark, is then at [#next]. Without a header only a byte order mark is
    /// read.
    public static Header read(InputStream in, Dataset dataset, Limits limits) throws IOException {
        throw new UnsupportedOperationException("not yet");
    }
}

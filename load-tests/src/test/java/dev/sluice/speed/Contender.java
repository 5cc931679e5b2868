package dev.sluice.speed;

import java.nio.file.Path;

/// One way of getting a file into a table.
interface Contender {
    String name();

    /// Makes ready what does not count: tools, files in another form.
    default void prepare(Sample sample, Path file) throws Exception {}

    /// Loads the whole file into the sample's empty table.
    ///
    /// @return the seconds it took
    double load(Sample sample, Path file) throws Exception;

    /// Memory at its peak in MB of the process that loads; 0 where it is not a process of its own.
    default long peakMegabytes() {
        return 0;
    }
}

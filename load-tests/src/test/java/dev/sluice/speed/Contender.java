package dev.sluice.speed;

import java.nio.file.Path;

/// One way of getting a file into a table.
interface Contender {
    /// Short, for ratios and the picture.
    String name();

    /// What it does, in one line.
    String description();

    /// Makes ready what does not count: tools, files in another form.
    default void prepare(Sample sample, Path file) throws Exception {}

    /// Loads the whole file into the sample's empty table.
    ///
    /// @return the seconds it took
    double load(Sample sample, Path file) throws Exception;

    /// True when the functions do the work, and not a program of its own.
    default boolean usesFunctions() {
        return false;
    }

    /// Memory at its peak in MB of what loads; empty where it is not a process of its own.
    default String peakMegabytes() {
        return "";
    }
}

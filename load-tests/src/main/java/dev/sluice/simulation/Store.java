package dev.sluice.simulation;

import java.util.ArrayList;
import java.util.List;

/// The inbox: versions of objects, each for ever as it was put.
final class Store {
    private final List<Version> versions = new ArrayList<>();

    /// One version of an object.
    ///
    /// @param number counts up over all keys: S3's order
    /// @param awaitedBy the job that its metadata names, below zero for none
    record Version(
            int number, int key, DroppedFile file, long putAt, boolean dryRun, int awaitedBy) {
        /// As its event names it.
        Drop announced() {
            return new Drop(key, number, size(), number, putAt);
        }

        /// As a listing names it: in whole seconds, without a sequencer.
        Drop listed() {
            return new Drop(key, number, size(), 0, putAt / 1000 * 1000);
        }

        int size() {
            return file.lines();
        }
    }

    Version put(int key, DroppedFile file, long now, boolean dryRun, int awaitedBy) {
        var version = new Version(versions.size() + 1, key, file, now, dryRun, awaitedBy);
        versions.add(version);
        return version;
    }

    Version version(int number) {
        return versions.get(number - 1);
    }

    List<Version> versions() {
        return versions;
    }
}

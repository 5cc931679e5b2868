package dev.sluice.simulation;

/// The settings of the one dataset of a world.
///
/// @param keyed the table has a unique index
/// @param maxRejects below zero for no limit
record Dataset(boolean keyed, Mode mode, OnReplace onReplace, int maxRejects) {
    /// What becomes of a row whose key is there.
    enum Mode {
        APPEND,
        SKIP_DUPLICATES,
        UPSERT
    }

    /// What a new version of a loaded object does.
    enum OnReplace {
        APPEND,
        REPLACE,
        REJECT
    }

    boolean needsStagedRoad() {
        return mode != Mode.APPEND || onReplace != OnReplace.APPEND || maxRejects >= 0;
    }
}

package dev.sluice.simulation;

/// A row of a target or staging table with its provenance.
///
/// @param id what the dataset's key holds
/// @param value what else is in it; below zero when a constraint of the target refuses it
record Row(int job, int record, int id, int value) {
    boolean isRefusedByDatabase() {
        return value < 0;
    }
}

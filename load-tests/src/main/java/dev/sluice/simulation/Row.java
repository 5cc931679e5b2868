package dev.sluice.simulation;

/// A row of a target or staging table with its provenance.
///
/// @param id what the dataset's key holds
/// @param value what else is in it
record Row(int job, int record, int id, int value) {}

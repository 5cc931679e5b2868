package dev.sluice.simulation;

/// A version of an object as an event or a listing names it.
///
/// @param sequencer 0 when a listing found it
record Drop(int key, int version, int bytes, int sequencer, long droppedAt) {}

package dev.sluice.assets;

/// A file that does not count, and why.
record Refused(String file, String message) {}

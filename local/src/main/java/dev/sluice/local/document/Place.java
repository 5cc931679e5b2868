package dev.sluice.local.document;

/// A line of a file, counted from 1.
public record Place(String file, int line) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}

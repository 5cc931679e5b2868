package dev.sluice.assets;

/// How much of the assets is taken: files in all and bytes in all. A single file's cap is its
/// kind's.
record Caps(int files, long bytes) {
    static final Caps DEFAULT = new Caps(1000, 256L << 20);
}

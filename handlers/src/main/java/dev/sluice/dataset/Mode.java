package dev.sluice.dataset;

/// What becomes of a row whose key is already there.
public enum Mode {
    APPEND("append"),
    UPSERT("upsert"),
    SKIP_DUPLICATES("skip-duplicates");

    private final String wireName;

    Mode(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}

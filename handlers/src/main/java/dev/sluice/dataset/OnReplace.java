package dev.sluice.dataset;

/// What a changed object under an already loaded key does to the rows of the former one.
public enum OnReplace {
    APPEND("append"),
    REPLACE("replace"),
    REJECT("reject");

    private final String wireName;

    OnReplace(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}

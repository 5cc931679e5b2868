package dev.sluice.faults;

/// A dataset of the harness: each takes the same records another way into its table.
enum Target {
    DIRECT(""),
    LIMITED("maxRejectRatio: 0.2\n"),
    REPLACING("onReplace: replace\n"),
    UPSERTING("key: [file, id]\nmode: upsert\n"),
    SKIPPING("key: [file, id]\nmode: skip-duplicates\n");

    private static final double MOST_REJECTS = 0.2;

    private final String settings;

    Target(String settings) {
        this.settings = settings;
    }

    String dataset() {
        return "faults_" + name().toLowerCase(java.util.Locale.ROOT);
    }

    String table() {
        return "public." + dataset();
    }

    String stagingTable() {
        return "sluice_stage." + dataset();
    }

    String file() {
        return """
        dataset: %1$s
        table: %1$s
        columns:
          - {name: file, type: integer, required: true}
          - {name: id, type: integer, required: true}
          - {name: word, type: text}
          - {name: amount, type: "numeric(12,2)"}
        %2$s\
        """
                .formatted(dataset(), settings);
    }

    /// Whether several records of a file may have one key here.
    boolean hasKey() {
        return this == UPSERTING || this == SKIPPING;
    }

    boolean isTooBad(long rejects, long records) {
        return this == LIMITED && rejects > MOST_REJECTS * records;
    }

    /// Whether rows that were loaded stay, whatever is dropped later.
    boolean keepsRows() {
        return this != REPLACING && this != UPSERTING;
    }
}

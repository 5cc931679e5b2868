package dev.sluice.cli.stack;

import java.nio.charset.StandardCharsets;

/// Where a drop goes in the inbox: `tenant/dataset/name`, a name and never a path.
public record InboxKey(String tenant, String dataset, String name) {
    private static final int LONGEST_KEY_BYTES = 1024;

    public InboxKey {
        requirePart("tenant", tenant);
        requirePart("dataset", dataset);
        if (name.isEmpty()) throw new Complaint("The name of a drop may not be empty.");
        var bytes = text(tenant, dataset, name).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_KEY_BYTES) {
            throw new Complaint(
                    "S3 takes keys of up to %d bytes; this one has %d."
                            .formatted(LONGEST_KEY_BYTES, bytes));
        }
    }

    private static void requirePart(String what, String text) {
        if (text.isEmpty() || text.contains("/")) {
            throw new Complaint("Not the name of a " + what + ": \"" + text + "\".");
        }
    }

    private static String text(String tenant, String dataset, String name) {
        return tenant + "/" + dataset + "/" + name;
    }

    public String text() {
        return text(tenant, dataset, name);
    }
}

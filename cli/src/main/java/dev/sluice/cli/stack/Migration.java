package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsArray;
import com.fasterxml.jackson.jr.stree.JrsObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The Migrate function: makes the tables of datasets.
public final class Migration {
    private static final String FUNCTION = "Migrate";

    private final Functions functions;

    public Migration(Functions functions) {
        this.functions = functions;
    }

    /// What Migrate did and what it would not do.
    public record Outcome(List<Applied> applied, List<Refused> refused, String document) {}

    /// A dataset whose table is as its file says.
    public record Applied(
            String dataset, String table, boolean created, List<String> addedColumns) {
        public String sentence() {
            if (created) return "table " + table + " created.";
            if (addedColumns.isEmpty()) return "table " + table + " is as it should be.";
            return "table " + table + " extended by " + String.join(", ", addedColumns) + ".";
        }
    }

    /// A dataset whose file or table does not do, and why.
    public record Refused(String dataset, String file, long line, String message) {
        public String sentence() {
            if (file.isEmpty()) return message;
            return message + " (" + file + (line > 0 ? ", line " + line : "") + ")";
        }
    }

    public Outcome apply(String dataset) throws IOException {
        return outcome(Map.of("action", "apply", "dataset", dataset));
    }

    public Outcome applyAll() throws IOException {
        return outcome(Map.of("action", "apply-all"));
    }

    private Outcome outcome(Map<String, String> event) throws IOException {
        var invocation = functions.invoke(FUNCTION, Json.compact(event));
        var result = Json.object(invocation.payload());
        if (invocation.error() != null) {
            throw new Complaint(
                    "Migrate failed: " + Json.text(result, "errorMessage", "no reason"));
        }
        return new Outcome(
                Json.children(result, "applied").stream().map(Migration::applied).toList(),
                Json.children(result, "refused").stream().map(Migration::refused).toList(),
                Json.pretty(result));
    }

    private static Applied applied(JrsObject json) {
        var columns = new ArrayList<String>();
        if (json.get("addedColumns") instanceof JrsArray added) {
            added.elements().forEachRemaining(column -> columns.add(column.asText()));
        }
        return new Applied(
                Json.text(json, "dataset", ""),
                Json.text(json, "table", ""),
                "true".equals(Json.text(json, "created")),
                columns);
    }

    private static Refused refused(JrsObject json) {
        return new Refused(
                Json.text(json, "dataset", ""),
                Json.text(json, "file", ""),
                Json.number(json, "line"),
                Json.text(json, "message", ""));
    }
}

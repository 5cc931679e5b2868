package dev.sluice.dataset;

import java.nio.charset.StandardCharsets;

/// A table by schema and name, exactly as written in the dataset file.
public record Table(String schema, String name) {
    private static final int LONGEST_IDENTIFIER_BYTES = 63;

    public Table {
        checkIdentifier("schema", schema);
        checkIdentifier("table", name);
    }

    /// `name` in schema public, or `schema.name`; of a schema that is for targets.
    public static Table parse(String text) {
        var dot = text.indexOf('.');
        if (dot < 0) {
            return new Table("public", text);
        }
        if (text.indexOf('.', dot + 1) >= 0) {
            throw new IllegalArgumentException(
                    "\"%s\" is neither `table` nor `schema.table`".formatted(text));
        }
        var schema = text.substring(0, dot);
        if (schema.equals("sluice")
                || schema.equals("sluice_stage")
                || schema.equals("information_schema")
                || schema.startsWith("pg_")) {
            throw new IllegalArgumentException(
                    "the schema \"%s\" is not for targets".formatted(schema));
        }
        return new Table(schema, text.substring(dot + 1));
    }

    /// The table as SQL names it: `"schema"."name"`.
    public String quoted() {
        return quote(schema) + "." + quote(name);
    }

    /// Any identifier as SQL names it, quotes doubled.
    public static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static void checkIdentifier(String what, String identifier) {
        if (identifier.isEmpty() || identifier.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the %s name is empty".formatted(what));
        }
        // PostgreSQL would cut a longer name in silence, and two of them could become one
        if (identifier.getBytes(StandardCharsets.UTF_8).length > LONGEST_IDENTIFIER_BYTES) {
            throw new IllegalArgumentException(
                    "the %s name \"%s\" is longer than %d bytes"
                            .formatted(what, identifier, LONGEST_IDENTIFIER_BYTES));
        }
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}

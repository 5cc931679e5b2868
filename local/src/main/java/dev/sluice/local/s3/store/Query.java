package dev.sluice.local.s3.store;

/// What a listing asks for. Empty texts ask nothing; `after` is the last key or common prefix of
/// the page before, and `afterId` the last version of that key.
public record Query(String prefix, String delimiter, String after, String afterId, int limit) {
    public Query {
        if (limit < 0) {
            throw new IllegalArgumentException("limit below 0: " + limit);
        }
    }

    /// The part of a key that stands for all keys beginning with it, or empty.
    String commonPrefix(String key) {
        if (delimiter.isEmpty()) {
            return "";
        }
        int at = key.indexOf(delimiter, prefix.length());
        return at < 0 ? "" : key.substring(0, at + delimiter.length());
    }
}

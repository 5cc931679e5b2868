package dev.sluice.local.s3.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Function;

/// A page of a bucket in the order of S3: keys by their UTF-8 bytes, versions of a key newest
/// first.
///
/// `next` and `nextId` are where the following page begins after; both are empty on the last.
public record Listing(List<Listed> versions, List<String> prefixes, String next, String nextId) {
    /// A version and whether it is its key's current one.
    public record Listed(Version version, boolean latest) {}

    // By code point, which is the order of the UTF-8 bytes; String's own order differs above
    // U+FFFF.
    static final Comparator<String> KEY_ORDER =
            (left, right) -> {
                int common = Math.min(left.length(), right.length());
                for (int i = 0; i < common; i++) {
                    if (left.charAt(i) != right.charAt(i)) {
                        return rank(left.charAt(i)) - rank(right.charAt(i));
                    }
                }
                return left.length() - right.length();
            };

    /// One item a key: the current object, if the key has one.
    static Listing objects(NavigableMap<String, List<Version>> keys, Query query) {
        return new Walk(
                        query,
                        it ->
                                it.getFirst() instanceof Version.Stored
                                        ? it.subList(0, 1)
                                        : List.of())
                .through(keys);
    }

    static Listing versions(NavigableMap<String, List<Version>> keys, Query query) {
        return new Walk(query, Function.identity()).through(keys);
    }

    // Surrogates stand for code points above all other chars.
    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }

    /// One pass over the keys that gathers a page.
    private static final class Walk {
        private final Query query;
        private final Function<List<Version>, List<Version>> items;
        private final long afterSequence;
        private final List<Listed> versions = new ArrayList<>();
        private final List<String> prefixes = new ArrayList<>();
        private String last = "";
        private String lastId = "";
        private boolean more;

        Walk(Query query, Function<List<Version>, List<Version>> items) {
            this.query = query;
            this.items = items;
            this.afterSequence =
                    query.afterId().isEmpty() || query.afterId().equals(Version.UNVERSIONED)
                            ? 0
                            : Sequence.ofVersionId(query.afterId());
        }

        Listing through(NavigableMap<String, List<Version>> keys) {
            if (query.limit() == 0) {
                return new Listing(List.of(), List.of(), "", "");
            }
            var from = first();
            for (var at = keys.ceilingEntry(from); at != null; at = step(keys, at)) {
                if (!at.getKey().startsWith(query.prefix()) || more) {
                    break;
                }
                take(at);
            }
            return new Listing(versions, prefixes, more ? last : "", more ? lastId : "");
        }

        private String first() {
            return KEY_ORDER.compare(query.prefix(), query.after()) > 0
                    ? query.prefix()
                    : query.after();
        }

        private Map.Entry<String, List<Version>> step(
                NavigableMap<String, List<Version>> keys, Map.Entry<String, List<Version>> at) {
            var prefix = query.commonPrefix(at.getKey());
            boolean done = prefix.equals(query.after()) || prefix.equals(lastPrefix());
            return prefix.isEmpty() || !done
                    ? keys.higherEntry(at.getKey())
                    : keys.higherEntry(prefix + Character.toString(Character.MAX_CODE_POINT));
        }

        private void take(Map.Entry<String, List<Version>> at) {
            var found = items.apply(at.getValue());
            var prefix = query.commonPrefix(at.getKey());
            if (found.isEmpty() || (!prefix.isEmpty() && prefix.equals(query.after()))) {
                return;
            }
            if (!prefix.isEmpty()) {
                takePrefix(prefix);
                return;
            }
            for (var version : found) {
                if (!before(version)) {
                    takeVersion(version, version.sequence() == at.getValue().getFirst().sequence());
                }
            }
        }

        private void takePrefix(String prefix) {
            if (!prefix.equals(lastPrefix()) && hasRoom()) {
                prefixes.add(prefix);
                last = prefix;
                lastId = "";
            }
        }

        private void takeVersion(Version version, boolean latest) {
            if (hasRoom()) {
                versions.add(new Listed(version, latest));
                last = version.key();
                lastId = version.id();
            }
        }

        // On an earlier page; told by the number in the id, since that version may be gone by now.
        private boolean before(Version version) {
            return version.key().equals(query.after()) && version.sequence() >= afterSequence;
        }

        private String lastPrefix() {
            return prefixes.isEmpty() ? "" : prefixes.getLast();
        }

        private boolean hasRoom() {
            more = more || versions.size() + prefixes.size() == query.limit();
            return !more;
        }
    }
}

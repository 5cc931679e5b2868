package dev.sluice.local.document;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A piece of a YAML document that knows where it stands; scalars stay as they are written.
///
/// What hangs on a key of a mapping stands, for the reader of a message, where the key stands.
public sealed interface Value {
    Place place();

    /// A scalar.
    record Text(String text, Place place) implements Value {}

    /// A null, or what an intrinsic function took away.
    record Nothing(Place place) implements Value {}

    /// A sequence.
    record Listing(List<Value> items, Place place) implements Value {
        public Listing {
            items = List.copyOf(items);
        }
    }

    /// A mapping in the order of the file.
    record Mapping(Map<String, Value> entries, Place place) implements Value {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        public Optional<Value> get(String key) {
            return Optional.ofNullable(entries.get(key));
        }
    }

    /// An intrinsic function by its long name, such as `Fn::GetAtt` or `Ref`.
    record Call(String function, Value argument, Place place) implements Value {}
}

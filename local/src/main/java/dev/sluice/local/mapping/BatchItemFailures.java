package dev.sluice.local.mapping;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which messages of a batch a function says it failed on; all of them where it says it wrongly.
final class BatchItemFailures {
    private BatchItemFailures() {}

    static Set<String> read(byte[] answer, Collection<String> ids) {
        if (answer.length == 0) {
            return Set.of();
        }
        try {
            return read(JSON.std.anyFrom(answer), ids);
        } catch (IOException _) {
            return Set.copyOf(ids);
        }
    }

    private static Set<String> read(@Nullable Object answer, Collection<String> ids) {
        return switch (answer) {
            case null -> Set.of();
            case Map<?, ?> object ->
                    switch (object.get("batchItemFailures")) {
                        case null -> Set.of();
                        case List<?> items -> readItems(items, ids);
                        case Object _ -> Set.copyOf(ids);
                    };
            case Object _ -> Set.copyOf(ids);
        };
    }

    private static Set<String> readItems(List<?> items, Collection<String> ids) {
        var failed = new HashSet<String>();
        for (var item : items) {
            if (!(item instanceof Map<?, ?> object)
                    || !(object.get("itemIdentifier") instanceof String id)
                    || !ids.contains(id)) {
                return Set.copyOf(ids);
            }
            failed.add(id);
        }
        return failed;
    }
}

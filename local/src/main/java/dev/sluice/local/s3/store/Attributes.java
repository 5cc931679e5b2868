package dev.sluice.local.s3.store;

import java.util.Map;

/// What a client said of an object: the content headers by their HTTP name, and its own metadata.
public record Attributes(Map<String, String> headers, Map<String, String> metadata) {
    public Attributes {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
    }
}

package dev.sluice.local.gateway;

import org.jspecify.annotations.Nullable;

/// The gateway answers by itself, without the integration or in its place.
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ResponseType type;

    RefusedException(ResponseType type) {
        this(type, type.message());
    }

    RefusedException(ResponseType type, @Nullable String message) {
        super(message);
        this.type = type;
    }

    ResponseType type() {
        return type;
    }
}

package dev.sluice.local.proxy;

import java.io.Serial;

/// A client gets no further; carries the message that tells it why.
final class RefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final byte[] message;

    RefusedException(byte[] message) {
        super(Messages.sqlState(message));
        this.message = message.clone();
    }

    static RefusedException of(String sqlState, String text) {
        return new RefusedException(Messages.fatal(sqlState, text));
    }

    byte[] message() {
        return message.clone();
    }
}

package dev.sluice.local.document;

/// A document says something that can't be done here; the message begins with file and line.
public final class DocumentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DocumentException(Place place, String problem) {
        super(place + ": " + problem);
    }
}

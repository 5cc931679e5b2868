package dev.sluice.local.part;

/// Something of a stack that runs until it is closed; closing it twice is harmless.
///
/// An implementation does well to narrow what `close` throws: javac warns of an `Exception` there,
/// since it may be an interrupt.
@SuppressWarnings("try")
public interface Part extends AutoCloseable {
    @Override
    void close() throws Exception;
}

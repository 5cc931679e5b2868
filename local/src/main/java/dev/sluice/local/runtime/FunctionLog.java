package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The log file of one function, which all its execution environments write whole lines to.
/// Thread-safe.
final class FunctionLog implements AutoCloseable {
    private final FileChannel file;

    private FunctionLog(FileChannel file) {
        this.file = file;
    }

    static FunctionLog open(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        return new FunctionLog(
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    synchronized void append(byte[] line) {
        try {
            var bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining() && file.isOpen()) {
                file.write(bytes);
            }
        } catch (IOException _) {
            // A full disk loses log lines; the function's work goes on, as it does in Lambda.
        }
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}

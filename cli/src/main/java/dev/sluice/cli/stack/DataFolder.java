package dev.sluice.cli.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The folder of one stack on this machine, claimed by the process that runs it. The claim ends
/// with the process, however that ends.
public final class DataFolder implements AutoCloseable {
    private final Path path;
    private final FileChannel claim;

    private DataFolder(Path path, FileChannel claim) {
        this.path = path;
        this.claim = claim;
    }

    public static DataFolder claim(Path folder) throws IOException {
        var path = folder.toAbsolutePath().normalize();
        Files.createDirectories(path);
        var channel =
                FileChannel.open(
                        path.resolve("claim"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new Complaint("A stack is already running in " + path + ".");
        }
        var data = new DataFolder(path, channel);
        // A crash leaves the endpoints of a stack that is gone.
        data.withdraw();
        return data;
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // this very process runs one there
            return null;
        }
    }

    public Path path() {
        return path;
    }

    /// A file that curl takes as its header: the token, out of the command line.
    public Path authorizationHeader() {
        return path.resolve("authorization");
    }

    public void publish(Endpoints endpoints) throws IOException {
        WholeFiles.writeSecret(
                authorizationHeader(), "Authorization: Bearer " + endpoints.token() + "\n");
        endpoints.write(Endpoints.fileIn(path));
    }

    public void withdraw() throws IOException {
        Files.deleteIfExists(Endpoints.fileIn(path));
    }

    /// Ends the claim after a failure, which keeps the first place.
    public void release(Exception failure) {
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        claim.close();
    }
}

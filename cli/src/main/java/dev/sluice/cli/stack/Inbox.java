package dev.sluice.cli.stack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/// The bucket where files are dropped.
public final class Inbox implements AutoCloseable {
    private static final long MULTIPART_ABOVE = 16_000_000;
    private static final long SMALLEST_PART = 16L << 20;
    private static final int MOST_PARTS = 10_000;

    private final S3Client s3;
    private final String bucket;

    private Inbox(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    public static Inbox of(Endpoints endpoints) {
        var s3 =
                AwsClients.build(
                        S3Client.builder(), endpoints, endpoints.s3(), Duration.ofMinutes(2));
        return new Inbox(s3, endpoints.inbox());
    }

    /// Uploads a file under a key and gives the id of the new version. Progress is told in bytes.
    public String put(Path file, String key, Map<String, String> metadata, LongConsumer progress)
            throws IOException {
        var size = Files.size(file);
        try {
            var version =
                    size > MULTIPART_ABOVE
                            ? putParts(file, size, key, metadata, progress)
                            : putWhole(file, key, metadata);
            progress.accept(size);
            return version;
        } catch (SdkException e) {
            throw new Complaint("The upload of " + file + " failed: " + e.getMessage(), e);
        }
    }

    private String putWhole(Path file, String key, Map<String, String> metadata) {
        var response =
                s3.putObject(
                        request -> request.bucket(bucket).key(key).metadata(metadata),
                        RequestBody.fromFile(file));
        return response.versionId();
    }

    private String putParts(
            Path file, long size, String key, Map<String, String> metadata, LongConsumer progress)
            throws IOException {
        var upload =
                s3.createMultipartUpload(
                        request -> request.bucket(bucket).key(key).metadata(metadata));
        try {
            return complete(upload, sendParts(upload, file, size, progress));
        } catch (IOException | RuntimeException e) {
            abort(upload, e);
            throw e;
        }
    }

    private List<CompletedPart> sendParts(
            CreateMultipartUploadResponse upload, Path file, long size, LongConsumer progress)
            throws IOException {
        var partSize = (int) Math.max(SMALLEST_PART, size / MOST_PARTS + 1);
        var parts = new ArrayList<CompletedPart>();
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long offset = 0; offset < size; offset += partSize) {
                var bytes = read(channel, offset, (int) Math.min(partSize, size - offset));
                parts.add(sendPart(upload, parts.size() + 1, bytes));
                progress.accept(offset + bytes.length);
            }
        }
        return parts;
    }

    private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("The file became shorter while it was uploaded.");
            }
        }
        return buffer.array();
    }

    private CompletedPart sendPart(CreateMultipartUploadResponse upload, int number, byte[] bytes) {
        var response =
                s3.uploadPart(
                        request ->
                                request.bucket(bucket)
                                        .key(upload.key())
                                        .uploadId(upload.uploadId())
                                        .partNumber(number),
                        RequestBody.fromBytes(bytes));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(response.eTag())
                .checksumCRC32(response.checksumCRC32())
                .build();
    }

    private String complete(CreateMultipartUploadResponse upload, List<CompletedPart> parts) {
        var response =
                s3.completeMultipartUpload(request ->
                        request.bucket(bucket)
                                .key(upload.key())
                                .uploadId(upload.uploadId())
                                .multipartUpload(made -> made.parts(parts)));
        return response.versionId();
    }

    private void abort(CreateMultipartUploadResponse upload, Exception reason) {
        try {
            s3.abortMultipartUpload(request ->
                    request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
        } catch (SdkException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        s3.close();
    }
}

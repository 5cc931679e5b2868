package dev.sluice.speed;

import dev.sluice.cli.stack.Endpoints;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/// An object of the inbox that is written while it is made, part by part: there is no file of it.
/// Without `complete` nothing of it stays.
final class Upload extends OutputStream {
    private static final int PART_BYTES = 32 << 20;

    private final S3Client s3;
    private final String bucket;
    private final CreateMultipartUploadResponse upload;
    private final List<CompletedPart> parts = new ArrayList<>();
    private final ByteArrayOutputStream part = new ByteArrayOutputStream(PART_BYTES);
    private boolean completed;

    Upload(S3Client s3, String bucket, String key) {
        this.s3 = s3;
        this.bucket = bucket;
        this.upload = s3.createMultipartUpload(request -> request.bucket(bucket).key(key));
    }

    static S3Client client(Endpoints endpoints) {
        var keys =
                AwsBasicCredentials.create(
                        Objects.requireNonNull(endpoints.accessKeyId()),
                        Objects.requireNonNull(endpoints.secretAccessKey()));
        return S3Client.builder()
                .endpointOverride(endpoints.s3())
                .region(Region.of(endpoints.region()))
                .credentialsProvider(StaticCredentialsProvider.create(keys))
                .build();
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        part.write(bytes, offset, length);
        if (part.size() >= PART_BYTES) {
            send();
        }
    }

    private void send() {
        int number = parts.size() + 1;
        var response =
                s3.uploadPart(
                        request ->
                                request.bucket(bucket)
                                        .key(upload.key())
                                        .uploadId(upload.uploadId())
                                        .partNumber(number),
                        RequestBody.fromBytes(part.toByteArray()));
        parts.add(
                CompletedPart.builder()
                        .partNumber(number)
                        .eTag(response.eTag())
                        .checksumCRC32(response.checksumCRC32())
                        .build());
        part.reset();
    }

    /// Makes it an object and gives the id of its version.
    String complete() {
        if (part.size() > 0) {
            send();
        }
        var response =
                s3.completeMultipartUpload(request ->
                        request.bucket(bucket)
                                .key(upload.key())
                                .uploadId(upload.uploadId())
                                .multipartUpload(made -> made.parts(parts)));
        completed = true;
        return response.versionId();
    }

    @Override
    public void close() {
        if (!completed) {
            s3.abortMultipartUpload(request ->
                    request.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
        }
    }
}

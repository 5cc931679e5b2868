package dev.sluice.uploads;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// URLs by which a client uploads into the inbox without a key of its own. What is signed is held
/// by S3: the object's key, the job's id and, where it was said, the exact length.
final class UploadUrls {
    /// What S3 takes in one piece.
    static final long MOST_BYTES_OF_ONE_PUT = 5L << 30;

    private static final String JOB = "sluice-job";
    private static final Duration SHORTEST = Duration.ofHours(1);
    // the credentials of a function, which sign the URL, do not live longer
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final long SLOWEST_BYTES_PER_SECOND = 10L << 20;
    private static final long LEAST_PART_BYTES = 256L << 20;
    // each with its URL in one answer, of which Lambda takes 6 MB
    private static final int MOST_PARTS = 1500;

    private final Supplier<S3Presigner> presigner;
    private final Supplier<S3Client> s3;
    private final String bucket;

    /// @param s3 asked only for uploads in parts
    UploadUrls(Supplier<S3Presigner> presigner, Supplier<S3Client> s3, String bucket) {
        this.presigner = presigner;
        this.s3 = s3;
        this.bucket = bucket;
    }

    /// The way to upload a file.
    sealed interface Way {
        Instant expiresAt();
    }

    /// One PUT with these headers.
    record OnePut(String url, Map<String, String> headers, Instant expiresAt) implements Way {}

    /// A PUT for each part, then a POST that names them all.
    record InParts(long partBytes, List<String> parts, String complete, Instant expiresAt)
            implements Way {}

    String bucket() {
        return bucket;
    }

    static boolean needsParts(@Nullable Long length) {
        return length != null && length > MOST_BYTES_OF_ONE_PUT;
    }

    /// How long a client may need.
    static Duration time(@Nullable Long length) {
        var time = SHORTEST.plusSeconds(length == null ? 0 : length / SLOWEST_BYTES_PER_SECOND);
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }

    static long partBytes(long length) {
        long least = Math.ceilDiv(length, (long) MOST_PARTS);
        long mebibyte = 1L << 20;
        return Math.max(LEAST_PART_BYTES, Math.ceilDiv(least, mebibyte) * mebibyte);
    }

    /// Begins an upload in parts; the job's id stands in what is begun.
    String begin(String key, UUID job) {
        return s3.get()
                .createMultipartUpload(request ->
                        request.bucket(bucket).key(key).metadata(Map.of(JOB, job.toString())))
                .uploadId();
    }

    Way onePut(String key, UUID job, @Nullable Long length) {
        var signed =
                presigner
                        .get()
                        .presignPutObject(request ->
                                request.signatureDuration(time(length))
                                        .putObjectRequest(put ->
                                                put.bucket(bucket)
                                                        .key(key)
                                                        .contentLength(length)
                                                        .metadata(Map.of(JOB, job.toString()))));
        return new OnePut(
                signed.url().toString(),
                Map.of("x-amz-meta-" + JOB, job.toString()),
                signed.expiration());
    }

    Way inParts(String key, String uploadId, long length) {
        long partBytes = partBytes(length);
        var urls = new ArrayList<String>();
        for (int part = 1; part <= Math.ceilDiv(length, partBytes); part++) {
            urls.add(part(key, uploadId, part, length));
        }
        var complete =
                presigner
                        .get()
                        .presignCompleteMultipartUpload(request ->
                                request.signatureDuration(time(length))
                                        .completeMultipartUploadRequest(upload ->
                                                upload.bucket(bucket).key(key).uploadId(uploadId)));
        return new InParts(
                partBytes, List.copyOf(urls), complete.url().toString(), complete.expiration());
    }

    private String part(String key, String uploadId, int part, long length) {
        return presigner
                .get()
                .presignUploadPart(request ->
                        request.signatureDuration(time(length))
                                .uploadPartRequest(upload ->
                                        upload.bucket(bucket)
                                                .key(key)
                                                .uploadId(uploadId)
                                                .partNumber(part)))
                .url()
                .toString();
    }
}

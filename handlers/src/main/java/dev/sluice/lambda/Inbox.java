package dev.sluice.lambda;

import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The objects of the inbox, read exactly as announced: every request names the version.
public final class Inbox implements ObjectBytes {
    private final S3Client s3;

    public Inbox(S3Client s3) {
        this.s3 = s3;
    }

    /// What S3 says of a drop.
    ///
    /// @param contentMark equal for equal contents of one key: a full-object checksum, else the
    ///   eTag
    public record Description(long bytes, String contentMark, Map<String, String> metadata) {
        public Description {
            metadata = Map.copyOf(metadata);
        }
    }

    /// What S3 says of the drop.
    ///
    /// Asked by a GET that is broken off and not by HEAD: only a body proves that the headers
    /// before it are all there. One byte of it is enough.
    ///
    /// @throws JobFailedException when the version is not there or may not be read
    public Description describe(Drop drop) throws IOException {
        try (var in = open(drop)) {
            var description = description(in.response());
            if (description.bytes > 0 && in.read() < 0) {
                throw tooShort(description.bytes);
            }
            in.abort();
            return description;
        }
    }

    /// All of a drop that has no more than `most` bytes, by one request; empty when it has more.
    ///
    /// @throws JobFailedException when the version is not there or may not be read
    public Optional<FetchedObject> fetch(Drop drop, int most) throws IOException {
        try (var in = open(drop)) {
            var description = description(in.response());
            if (description.bytes > most) {
                in.abort();
                return Optional.empty();
            }
            var bytes = in.readNBytes((int) description.bytes);
            if (bytes.length < description.bytes) {
                throw tooShort(description.bytes - bytes.length);
            }
            return Optional.of(new FetchedObject(drop, description, bytes));
        }
    }

    private ResponseInputStream<GetObjectResponse> open(Drop drop) {
        try {
            // The header and not the builder's checksumMode: the client would verify the sum, which
            // it can't for every algorithm; what we want is to be told it.
            return s3.getObject(request ->
                    request.bucket(drop.bucket())
                            .key(drop.key())
                            .versionId(drop.versionId())
                            .overrideConfiguration(
                                    all -> all.putHeader("x-amz-checksum-mode", "ENABLED")));
        } catch (S3Exception e) {
            throw gone(e);
        }
    }

    private static Description description(GetObjectResponse head) {
        var mark =
                contentMark(
                        head.checksumType(),
                        head.checksumSHA256(),
                        head.checksumCRC64NVME(),
                        head.checksumCRC32C(),
                        head.checksumCRC32(),
                        head.eTag());
        return new Description(head.contentLength(), mark, head.metadata());
    }

    private static IOException tooShort(long bytes) {
        return new IOException("S3's answer ended %d bytes early".formatted(bytes));
    }

    /// The other versions of a drop's key, newest first as S3 stored them.
    public record Versions(List<Drop> newer, List<Drop> older) {
        public Versions {
            newer = List.copyOf(newer);
            older = List.copyOf(older);
        }
    }

    /// What S3 holds under exactly this key beside the drop. Keys that only begin like it are
    /// listed behind it and end the walk.
    ///
    /// @throws JobFailedException when the drop is not among them
    public Versions versions(Drop drop) {
        var newer = new ArrayList<Drop>();
        var older = new ArrayList<Drop>();
        boolean passed = false;
        var listing =
                s3.listObjectVersionsPaginator(
                        request -> request.bucket(drop.bucket()).prefix(drop.key()));
        for (var version : listing.versions()) {
            if (!version.key().equals(drop.key())) {
                break;
            }
            if (version.versionId().equals(drop.versionId())) {
                passed = true;
            } else {
                (passed ? older : newer).add(of(drop.bucket(), version));
            }
        }
        if (!passed) {
            throw new JobFailedException(
                    ErrorCode.OBJECT_VANISHED, "The object's version is no longer in the bucket.");
        }
        return new Versions(newer, older);
    }

    /// A version as a drop that a listing found.
    public static Drop of(String bucket, ObjectVersion version) {
        return new Drop(
                bucket,
                version.key(),
                version.versionId(),
                version.eTag().replace("\"", ""),
                version.size(),
                /* sequencer= */ null,
                version.lastModified());
    }

    private static String contentMark(
            @Nullable ChecksumType type,
            @Nullable String sha256,
            @Nullable String crc64nvme,
            @Nullable String crc32c,
            @Nullable String crc32,
            String etag) {
        if (type == ChecksumType.FULL_OBJECT) {
            @Nullable String[][] checksums = {
                {"sha256", sha256},
                {"crc64nvme", crc64nvme},
                {"crc32c", crc32c},
                {"crc32", crc32}
            };
            for (var checksum : checksums) {
                if (checksum[1] != null) {
                    return checksum[0] + ":" + checksum[1];
                }
            }
        }
        return "etag:" + etag;
    }

    /// The bytes of a drop from `start` to, not including, `end`; the caller closes it.
    ///
    /// @throws JobFailedException when the version is not there or may not be read
    @Override
    public InputStream read(Drop drop, long start, long end) {
        try {
            return new Body(
                    s3.getObject(request ->
                            request.bucket(drop.bucket())
                                    .key(drop.key())
                                    .versionId(drop.versionId())
                                    .range("bytes=%d-%d".formatted(start, end - 1))),
                    end - start);
        } catch (S3Exception e) {
            throw gone(e);
        }
    }

    /// 4xx is an answer about this object and stays; all else is trouble that passes.
    private static JobFailedException gone(S3Exception e) {
        return switch (e.statusCode()) {
            case 404, 405 ->
                    new JobFailedException(
                            ErrorCode.OBJECT_VANISHED,
                            "The object's version is no longer in the bucket.",
                            e);
            case 403 ->
                    new JobFailedException(
                            ErrorCode.OBJECT_UNREADABLE,
                            "S3 refuses to hand out the object (no right to it, to its key, or it is archived).",
                            e);
            case 412, 416 ->
                    new JobFailedException(
                            ErrorCode.OBJECT_CHANGED,
                            "The object is not the one that was announced.",
                            e);
            default -> throw e;
        };
    }

    /// A body that is as long as was asked for, or fails; closed early it is cut off and not
    /// drained.
    private static final class Body extends InputStream {
        private final ResponseInputStream<GetObjectResponse> in;
        private long left;

        Body(ResponseInputStream<GetObjectResponse> in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            count(read < 0 ? -1 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            count(read);
            return read;
        }

        private void count(int read) throws IOException {
            if (read >= 0) {
                left -= read;
            } else if (left != 0) {
                throw tooShort(left);
            }
        }

        @Override
        public void close() throws IOException {
            if (left > 0) {
                in.abort();
            } else {
                in.close();
            }
        }
    }
}

package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/// The conditions of a read, in the order of RFC 9110 13.2.2: an entity tag outweighs a time.
///
/// `unchanged` is the status for a caller who has the object already: 304 for a read, 412 for a
/// copy.
record ReadConditions(
        @Nullable String ifMatch,
        @Nullable String ifNoneMatch,
        @Nullable Instant ifModifiedSince,
        @Nullable Instant ifUnmodifiedSince,
        int unchanged) {

    static ReadConditions of(GetObjectRequest request) {
        return new ReadConditions(
                request.ifMatch(),
                request.ifNoneMatch(),
                request.ifModifiedSince(),
                request.ifUnmodifiedSince(),
                304);
    }

    static ReadConditions ofSource(CopyObjectRequest request) {
        return new ReadConditions(
                request.copySourceIfMatch(),
                request.copySourceIfNoneMatch(),
                request.copySourceIfModifiedSince(),
                request.copySourceIfUnmodifiedSince(),
                412);
    }

    void check(Version.Stored object) {
        var time = object.time().truncatedTo(ChronoUnit.SECONDS);
        boolean refused =
                ifMatch != null
                        ? !Etags.matches(ifMatch, object)
                        : ifUnmodifiedSince != null && time.isAfter(ifUnmodifiedSince);
        if (refused) {
            throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
        }
        boolean known =
                ifNoneMatch != null
                        ? Etags.matches(ifNoneMatch, object)
                        : ifModifiedSince != null && !time.isAfter(ifModifiedSince);
        if (known && unchanged == 412) {
            throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
        }
        if (known) {
            throw S3Exceptions.fromStatusCode(
                    unchanged, "\"" + object.etag() + "\"", Map.of(), null);
        }
    }
}

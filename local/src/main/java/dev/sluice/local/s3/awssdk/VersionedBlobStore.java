package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Blob;
import dev.sluice.local.s3.store.Bucket;
import dev.sluice.local.s3.store.Deletion;
import dev.sluice.local.s3.store.Listing;
import dev.sluice.local.s3.store.Query;
import dev.sluice.local.s3.store.Store;
import dev.sluice.local.s3.store.Upload;
import dev.sluice.local.s3.store.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningRequest;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutBucketVersioningRequest;
import software.amazon.awssdk.services.s3.model.PutBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// The store under s3proxy, which has checked who asks and whether the request holds together.
///
/// Tells of each change once, on the request's thread, when it is durable and before the client
/// knows.
public final class VersionedBlobStore implements BlobStore {
    private static final long SMALLEST_PART = 5L << 20;

    private final Store store;
    private final Consumer<Change> onChange;

    public VersionedBlobStore(Store store, Consumer<Change> onChange) {
        this.store = store;
        this.onChange = onChange;
    }

    @Override
    public ListBucketsResponse list() {
        return ListBucketsResponse.builder()
                .buckets(store.buckets().stream().map(VersionedBlobStore::listed).toList())
                .build();
    }

    @Override
    public HeadBucketResponse headBucket(HeadBucketRequest request) {
        var _ = bucket(request.bucket());
        return HeadBucketResponse.builder().build();
    }

    @Override
    public CreateBucketResponse createContainer(CreateBucketRequest request) {
        if (!io(() -> store.create(request.bucket()))) {
            throw S3Exceptions.bucketAlreadyOwnedByYou(request.bucket());
        }
        return CreateBucketResponse.builder().location("/" + request.bucket()).build();
    }

    @Override
    public void deleteBucket(String name) {
        var bucket = bucket(name);
        if (!io(() -> store.remove(bucket))) {
            throw S3Exceptions.bucketNotEmpty(name);
        }
    }

    @Override
    public BucketCannedACL getContainerAccess(String name) {
        var _ = bucket(name);
        return BucketCannedACL.PRIVATE;
    }

    @Override
    public void setContainerAccess(String name, BucketCannedACL access) {
        if (access != BucketCannedACL.PRIVATE) {
            throw notImplemented("Buckets here are private.");
        }
    }

    @Override
    public boolean supportsVersioning() {
        return true;
    }

    @Override
    public GetBucketVersioningResponse getBucketVersioning(GetBucketVersioningRequest request) {
        var response = GetBucketVersioningResponse.builder();
        if (bucket(request.bucket()).versioned()) {
            response.status(BucketVersioningStatus.ENABLED);
        }
        return response.build();
    }

    @Override
    public PutBucketVersioningResponse putBucketVersioning(PutBucketVersioningRequest request) {
        var bucket = bucket(request.bucket());
        if (request.versioningConfiguration().status() != BucketVersioningStatus.ENABLED) {
            throw notImplemented("Versioning cannot be suspended here.");
        }
        io(() -> {
            bucket.keepVersions();
            return bucket;
        });
        return PutBucketVersioningResponse.builder().build();
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        var token = request.continuationToken();
        var page =
                bucket(request.bucket())
                        .objects(
                                new Query(
                                        orEmpty(request.prefix()),
                                        orEmpty(request.delimiter()),
                                        token == null
                                                ? orEmpty(request.startAfter())
                                                : Tokens.key(token),
                                        /* afterId= */ "",
                                        orThousand(request.maxKeys())));
        return ListObjectsV2Response.builder()
                .contents(page.versions().stream().map(VersionedBlobStore::object).toList())
                .commonPrefixes(prefixes(page))
                .isTruncated(!page.next().isEmpty())
                .nextContinuationToken(page.next().isEmpty() ? null : Tokens.of(page.next()))
                .build();
    }

    @Override
    public ListObjectVersionsResponse listVersions(ListObjectVersionsRequest request) {
        var page =
                bucket(request.bucket())
                        .versions(
                                new Query(
                                        orEmpty(request.prefix()),
                                        orEmpty(request.delimiter()),
                                        orEmpty(request.keyMarker()),
                                        orEmpty(request.versionIdMarker()),
                                        orThousand(request.maxKeys())));
        return ListObjectVersionsResponse.builder()
                .versions(
                        page.versions().stream()
                                .filter(it -> it.version() instanceof Version.Stored)
                                .map(VersionedBlobStore::version)
                                .toList())
                .deleteMarkers(
                        page.versions().stream()
                                .filter(it -> it.version() instanceof Version.Marker)
                                .map(VersionedBlobStore::marker)
                                .toList())
                .commonPrefixes(prefixes(page))
                .isTruncated(!page.next().isEmpty())
                .nextKeyMarker(page.next().isEmpty() ? null : page.next())
                .nextVersionIdMarker(page.nextId().isEmpty() ? null : page.nextId())
                .build();
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
        Keys.check(request.key());
        var bucket = bucket(request.bucket());
        var conditions = new WriteConditions(request.ifMatch(), request.ifNoneMatch());
        var blob = receive(bucket, body, request.contentLength(), request.contentMD5());
        var object =
                io(() -> bucket.put(request.key(), blob, Headers.attributes(request), conditions));
        onChange.accept(new Change.Put(bucket.name(), object));
        return PutObjectResponse.builder().eTag(object.etag()).versionId(versionId(object)).build();
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        Keys.check(request.destinationKey());
        var from = bucket(request.sourceBucket());
        var to = bucket(request.destinationBucket());
        var source = find(from, request.sourceKey(), request.sourceVersionId());
        ReadConditions.ofSource(request).check(source);
        var attributes =
                request.metadataDirective() == MetadataDirective.REPLACE
                        ? Headers.attributes(request)
                        : source.attributes();
        var object = io(() -> to.copy(from, source, request.destinationKey(), attributes));
        onChange.accept(new Change.Copied(to.name(), object));
        return CopyObjectResponse.builder()
                .copyObjectResult(it -> it.eTag(object.etag()).lastModified(object.time()))
                .versionId(versionId(object))
                .copySourceVersionId(versionId(source))
                .build();
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        var object = find(bucket(request.bucket()), request.key(), request.versionId());
        var response = HeadObjectResponse.builder();
        Headers.set(response, object.attributes());
        return response.eTag(object.etag())
                .versionId(versionId(object))
                .lastModified(object.time())
                .contentLength(object.size())
                .checksumCRC64NVME(checksum(object))
                .build();
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        var bucket = bucket(request.bucket());
        var object = find(bucket, request.key(), request.versionId());
        ReadConditions.of(request).check(object);
        var range = Range.of(request.range(), object.size());
        var response = GetObjectResponse.builder();
        Headers.set(response, object.attributes());
        response.eTag(object.etag())
                .versionId(versionId(object))
                .lastModified(object.time())
                .contentLength(range.length())
                .checksumCRC64NVME(checksum(object));
        if (request.range() != null) {
            response.contentRange(range.header());
        }
        var body = io(() -> bucket.open(object, range.first(), range.length()));
        return new ResponseInputStream<>(response.build(), body);
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        var bucket = bucket(request.bucket());
        var conditions =
                new DeleteConditions(
                        request.ifMatch(),
                        request.ifMatchSize(),
                        request.ifMatchLastModifiedTime());
        var id = request.versionId();
        var deletion =
                io(() ->
                        id == null
                                ? bucket.delete(request.key(), conditions)
                                : bucket.delete(request.key(), id, conditions));
        var response = DeleteObjectResponse.builder().versionId(id);
        switch (deletion) {
            case Deletion.Hidden(var marker) -> {
                onChange.accept(new Change.Marked(bucket.name(), marker));
                response.versionId(marker.id()).deleteMarker(true);
            }
            case Deletion.Gone(var version, var sequence) -> {
                onChange.accept(new Change.Removed(bucket.name(), version, sequence));
                response.deleteMarker(version instanceof Version.Marker ? true : null);
            }
            case Deletion.Nothing() -> {
                // deleting twice is no mistake
            }
        }
        return response.build();
    }

    @Override
    public ObjectCannedACL getBlobAccess(String bucket, String key) {
        var _ = find(bucket(bucket), key, null);
        return ObjectCannedACL.PRIVATE;
    }

    @Override
    public ObjectCannedACL getBlobAccess(String bucket, String key, @Nullable String versionId) {
        var _ = find(bucket(bucket), key, versionId);
        return ObjectCannedACL.PRIVATE;
    }

    @Override
    public void setBlobAccess(String bucket, String key, ObjectCannedACL access) {
        setBlobAccess(bucket, key, access, null);
    }

    @Override
    public void setBlobAccess(
            String bucket, String key, ObjectCannedACL access, @Nullable String versionId) {
        if (access != ObjectCannedACL.PRIVATE) {
            throw notImplemented("Objects here are private.");
        }
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        Keys.check(request.key());
        var bucket = bucket(request.bucket());
        var upload = io(() -> bucket.startUpload(request.key(), Headers.attributes(request)));
        return new MultipartUpload(upload.id(), request);
    }

    @Override
    public void abortMultipartUpload(MultipartUpload upload) {
        var bucket = bucket(upload.containerName());
        var found = find(bucket, upload);
        if (!io(() -> bucket.abort(found.id()))) {
            throw noSuchUpload();
        }
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream body) {
        var bucket = bucket(upload.containerName());
        var found = find(bucket, upload);
        var blob = receive(bucket, body, request.contentLength(), request.contentMD5());
        if (!io(() -> bucket.putPart(found.id(), request.partNumber(), blob))) {
            throw noSuchUpload();
        }
        return UploadPartResponse.builder().eTag(blob.md5()).build();
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        var bucket = bucket(upload.containerName());
        var found = find(bucket, upload);
        var numbers =
                request.multipartUpload().parts().stream().map(CompletedPart::partNumber).toList();
        var conditions = new WriteConditions(request.ifMatch(), request.ifNoneMatch());
        var object =
                io(() -> bucket.complete(found.id(), numbers, conditions))
                        .orElseThrow(VersionedBlobStore::noSuchUpload);
        onChange.accept(new Change.Completed(bucket.name(), object));
        return CompleteMultipartUploadResponse.builder()
                .eTag(object.etag())
                .versionId(versionId(object))
                .build();
    }

    @Override
    public List<Part> listMultipartUpload(MultipartUpload upload) {
        return bucket(upload.containerName())
                .upload(upload.id())
                .filter(it -> it.key().equals(upload.blobName()))
                .map(it -> it.parts().values().stream().map(VersionedBlobStore::part).toList())
                .orElse(List.of());
    }

    @Override
    public List<software.amazon.awssdk.services.s3.model.MultipartUpload> listMultipartUploads(
            String bucket) {
        return bucket(bucket).uploads().stream().map(VersionedBlobStore::listed).toList();
    }

    @Override
    public long getMinimumMultipartPartSize() {
        return SMALLEST_PART;
    }

    private Blob receive(
            Bucket bucket, InputStream body, @Nullable Long length, @Nullable String md5) {
        return io(() -> {
            Blob blob;
            try (body) {
                blob = bucket.receive(body);
            }
            if (length != null && length != blob.length()) {
                bucket.discard(blob);
                throw new S3ProxyException(S3ErrorCode.INCOMPLETE_BODY);
            }
            if (md5 != null && !md5.equals(base64(blob.md5()))) {
                bucket.discard(blob);
                throw new S3ProxyException(S3ErrorCode.BAD_DIGEST);
            }
            return blob;
        });
    }

    private Bucket bucket(String name) {
        return store.bucket(name)
                .orElseThrow(() -> S3Exceptions.noSuchBucket(name, "no such bucket"));
    }

    private static Version.Stored find(Bucket bucket, String key, @Nullable String id) {
        var version = id == null ? bucket.current(key) : bucket.version(key, id);
        return switch (version.orElse(null)) {
            case null -> throw absent(bucket, key, id);
            case Version.Stored it -> it;
            case Version.Marker it -> throw hidden(bucket, it, id);
        };
    }

    private static RuntimeException absent(Bucket bucket, String key, @Nullable String id) {
        return id == null
                ? S3Exceptions.noSuchKey(bucket.name(), key, "no such key")
                : S3Exceptions.noSuchVersion(bucket.name(), key, id, "no such version");
    }

    private static RuntimeException hidden(
            Bucket bucket, Version.Marker marker, @Nullable String id) {
        if (id == null) {
            return S3Exceptions.noSuchKeyDeleteMarker(
                    bucket.name(), marker.key(), marker.id(), "deleted");
        }
        // a marker that is asked for by its id is there, but is nothing to read
        var headers =
                Map.of("x-amz-delete-marker", "true", "x-amz-version-id", id, "Allow", "DELETE");
        return S3Exceptions.fromStatusCode(405, null, headers, null);
    }

    private static Upload find(Bucket bucket, MultipartUpload upload) {
        return bucket.upload(upload.id())
                .filter(it -> it.key().equals(upload.blobName()))
                .orElseThrow(VersionedBlobStore::noSuchUpload);
    }

    private static S3ProxyException noSuchUpload() {
        return new S3ProxyException(S3ErrorCode.NO_SUCH_UPLOAD);
    }

    private static S3ProxyException notImplemented(String message) {
        return new S3ProxyException(S3ErrorCode.NOT_IMPLEMENTED, message);
    }

    private static @Nullable String versionId(Version version) {
        return version.id().equals(Version.UNVERSIONED) ? null : version.id();
    }

    private static String checksum(Version.Stored object) {
        return base64("%016x".formatted(object.crc64()));
    }

    private static String base64(String hexadecimal) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hexadecimal));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static int orThousand(@Nullable Integer limit) {
        return limit == null ? 1000 : limit;
    }

    private static software.amazon.awssdk.services.s3.model.Bucket listed(Bucket bucket) {
        return software.amazon.awssdk.services.s3.model.Bucket.builder()
                .name(bucket.name())
                .creationDate(bucket.created())
                .build();
    }

    private static software.amazon.awssdk.services.s3.model.MultipartUpload listed(Upload upload) {
        return software.amazon.awssdk.services.s3.model.MultipartUpload.builder()
                .key(upload.key())
                .uploadId(upload.id())
                .initiated(upload.started())
                .build();
    }

    private static Part part(Upload.UploadedPart part) {
        return Part.builder()
                .partNumber(part.number())
                .eTag(part.blob().md5())
                .size(part.blob().length())
                .lastModified(part.time())
                .build();
    }

    private static S3Object object(Listing.Listed listed) {
        var object = (Version.Stored) listed.version();
        return S3Object.builder()
                .key(object.key())
                .eTag(object.etag())
                .size(object.size())
                .lastModified(object.time())
                .storageClass("STANDARD")
                .build();
    }

    private static ObjectVersion version(Listing.Listed listed) {
        var object = (Version.Stored) listed.version();
        return ObjectVersion.builder()
                .key(object.key())
                .versionId(object.id())
                .isLatest(listed.latest())
                .eTag(object.etag())
                .size(object.size())
                .lastModified(object.time())
                .storageClass("STANDARD")
                .build();
    }

    private static DeleteMarkerEntry marker(Listing.Listed listed) {
        return DeleteMarkerEntry.builder()
                .key(listed.version().key())
                .versionId(listed.version().id())
                .isLatest(listed.latest())
                .lastModified(listed.version().time())
                .build();
    }

    private static List<CommonPrefix> prefixes(Listing page) {
        return page.prefixes().stream()
                .map(it -> CommonPrefix.builder().prefix(it).build())
                .toList();
    }

    private static <T> T io(Io<T> work) {
        try {
            return work.run();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @FunctionalInterface
    private interface Io<T> {
        T run() throws IOException;
    }

    /// Continuation tokens: a key, in letters that pass through XML and URLs unharmed.
    private static final class Tokens {
        static String of(String key) {
            return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        }

        static String key(String token) {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        }
    }

    /// The one rule S3 has for keys.
    private static final class Keys {
        static void check(String key) {
            if (key.getBytes(StandardCharsets.UTF_8).length > 1024) {
                throw S3Exceptions.invalidArgument("Your key is too long");
            }
        }
    }
}

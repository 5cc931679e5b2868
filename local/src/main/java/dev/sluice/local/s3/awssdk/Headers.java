package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Attributes;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// The headers that belong to an object, between the SDK's fields and the store's map.
final class Headers {
    private static final String CACHE_CONTROL = "Cache-Control";
    private static final String CONTENT_DISPOSITION = "Content-Disposition";
    private static final String CONTENT_ENCODING = "Content-Encoding";
    private static final String CONTENT_LANGUAGE = "Content-Language";
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String EXPIRES = "Expires";

    private final Map<String, String> fields = new LinkedHashMap<>();

    private Headers() {}

    static Attributes attributes(PutObjectRequest request) {
        return new Headers()
                .with(CACHE_CONTROL, request.cacheControl())
                .with(CONTENT_DISPOSITION, request.contentDisposition())
                .with(CONTENT_ENCODING, request.contentEncoding())
                .with(CONTENT_LANGUAGE, request.contentLanguage())
                .with(CONTENT_TYPE, request.contentType())
                .with(EXPIRES, request.expires())
                .attributes(request.metadata());
    }

    static Attributes attributes(CopyObjectRequest request) {
        return new Headers()
                .with(CACHE_CONTROL, request.cacheControl())
                .with(CONTENT_DISPOSITION, request.contentDisposition())
                .with(CONTENT_ENCODING, request.contentEncoding())
                .with(CONTENT_LANGUAGE, request.contentLanguage())
                .with(CONTENT_TYPE, request.contentType())
                .with(EXPIRES, request.expires())
                .attributes(request.metadata());
    }

    static Attributes attributes(CreateMultipartUploadRequest request) {
        return new Headers()
                .with(CACHE_CONTROL, request.cacheControl())
                .with(CONTENT_DISPOSITION, request.contentDisposition())
                .with(CONTENT_ENCODING, request.contentEncoding())
                .with(CONTENT_LANGUAGE, request.contentLanguage())
                .with(CONTENT_TYPE, request.contentType())
                .with(EXPIRES, request.expires())
                .attributes(request.metadata());
    }

    @SuppressWarnings("deprecation") // expires(): s3proxy reads no other
    static void set(HeadObjectResponse.Builder response, Attributes attributes) {
        var headers = attributes.headers();
        response.cacheControl(headers.get(CACHE_CONTROL))
                .contentDisposition(headers.get(CONTENT_DISPOSITION))
                .contentEncoding(headers.get(CONTENT_ENCODING))
                .contentLanguage(headers.get(CONTENT_LANGUAGE))
                .contentType(headers.getOrDefault(CONTENT_TYPE, "binary/octet-stream"))
                .metadata(attributes.metadata());
        if (headers.containsKey(EXPIRES)) {
            response.expires(Instant.parse(headers.get(EXPIRES)));
        }
    }

    @SuppressWarnings("deprecation") // expires(): s3proxy reads no other
    static void set(GetObjectResponse.Builder response, Attributes attributes) {
        var headers = attributes.headers();
        response.cacheControl(headers.get(CACHE_CONTROL))
                .contentDisposition(headers.get(CONTENT_DISPOSITION))
                .contentEncoding(headers.get(CONTENT_ENCODING))
                .contentLanguage(headers.get(CONTENT_LANGUAGE))
                .contentType(headers.getOrDefault(CONTENT_TYPE, "binary/octet-stream"))
                .metadata(attributes.metadata());
        if (headers.containsKey(EXPIRES)) {
            response.expires(Instant.parse(headers.get(EXPIRES)));
        }
    }

    private Headers with(String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value.toString());
        }
        return this;
    }

    // S3 keeps the names of a client's own metadata in lower case.
    private Attributes attributes(Map<String, String> metadata) {
        var lower = new LinkedHashMap<String, String>();
        metadata.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return new Attributes(fields, lower);
    }
}

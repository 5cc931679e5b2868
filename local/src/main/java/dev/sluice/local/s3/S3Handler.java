package dev.sluice.local.s3;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.S3ProxyHandler;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// s3proxy's handler of S3 requests, with answers for what it throws.
///
/// Its own server is not used: it checks a signature against the path as it was sent, and the AWS
/// SDK for Java sends `a//b` as `a/%2Fb`, which S3 takes for the same.
final class S3Handler extends S3ProxyHandler {
    private static final long LARGEST_PUT = 5L << 30;
    private static final long LARGEST_BUFFERED_BODY = 128L << 20;
    private static final int LARGEST_CHUNK = 16 << 20;
    private static final int LARGEST_SKEW_SECONDS = 15 * 60;

    S3Handler(BlobStore store, String accessKeyId, String secretAccessKey) {
        super(
                store,
                // the AWS CLI of generation 1 still presigns in the old way
                AuthenticationType.AWS_V2_OR_V4,
                accessKeyId,
                secretAccessKey,
                /* virtualHost= */ null,
                LARGEST_PUT,
                LARGEST_BUFFERED_BODY,
                LARGEST_CHUNK,
                /* ignoreUnknownHeaders= */ false,
                /* corsRules= */ null,
                /* servicePath= */ null,
                LARGEST_SKEW_SECONDS);
    }

    void handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var asSigned = new AsSigned(request);
        try (var body = request.getInputStream()) {
            refuseUnsignedHeaders(asSigned);
            doHandle(asSigned, asSigned, response, body, /* ctx= */ null);
        } catch (IOException | RuntimeException failure) {
            answer(failure, asSigned, response);
        }
    }

    /// Who holds a presigned URL may send what was signed and not, say, metadata of their own;
    /// s3proxy lets it pass.
    private static void refuseUnsignedHeaders(HttpServletRequest request) {
        var signed = request.getParameter("X-Amz-SignedHeaders");
        if (signed == null) {
            return;
        }
        var names = List.of(signed.toLowerCase(Locale.ROOT).split(";", -1));
        for (var header : Collections.list(request.getHeaderNames())) {
            var name = header.toLowerCase(Locale.ROOT);
            // says how the body was hashed, which a presigned URL leaves open
            boolean harmless = name.equals("x-amz-content-sha256");
            if (name.startsWith("x-amz-") && !harmless && !names.contains(name)) {
                throw new S3ProxyException(
                        S3ErrorCode.ACCESS_DENIED,
                        "There were headers present in the request which were not signed");
            }
        }
    }

    private void answer(Exception failure, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var refusal = refusal(failure);
        if (refusal != null) {
            refuse(refusal, request, response);
            return;
        }
        switch (failure) {
            case IllegalArgumentException it ->
                    refuse(S3ErrorCode.INVALID_ARGUMENT, it, request, response);
            case UnsupportedOperationException it ->
                    refuse(S3ErrorCode.NOT_IMPLEMENTED, it, request, response);
            case IOException it -> throw it;
            case Exception it -> throw new IOException(it);
        }
    }

    private void refuse(
            S3ErrorCode code,
            Exception failure,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        sendSimpleErrorResponse(request, response, code, message, Map.of());
    }

    private void refuse(
            AwsServiceException refusal, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var details = refusal.awsErrorDetails();
        if (details.sdkHttpResponse() != null) {
            details.sdkHttpResponse()
                    .headers()
                    .forEach((name, values) -> response.setHeader(name, values.getFirst()));
        }
        var code = S3Exceptions.errorCode(refusal);
        if (code == null) {
            // 304, or 405 for a delete marker: the status and the headers say all
            response.setStatus(refusal.statusCode());
            return;
        }
        sendSimpleErrorResponse(
                request,
                response,
                code,
                refusal.statusCode(),
                details.errorMessage() == null ? "" : details.errorMessage(),
                Map.of());
    }

    // A digest that does not match is found while the body is read, deep inside.
    private static @Nullable AwsServiceException refusal(Exception failure) {
        for (Throwable it = failure; it != null; it = it.getCause()) {
            if (it instanceof AwsServiceException refusal) {
                return refusal;
            }
        }
        return null;
    }

    /// The request with the path that its signature is of.
    private static final class AsSigned extends HttpServletRequestWrapper {
        AsSigned(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getRequestURI() {
            return super.getRequestURI().replace("%2F", "/").replace("%2f", "/");
        }
    }
}

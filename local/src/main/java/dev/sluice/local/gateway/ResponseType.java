package dev.sluice.local.gateway;

import org.jspecify.annotations.Nullable;

/// Why the gateway answers by itself; status, error type and message are AWS's.
enum ResponseType {
    ACCESS_DENIED(403, "AccessDeniedException", "User is not authorized to access this resource"),
    AUTHORIZER_CONFIGURATION_ERROR(500, "AuthorizerConfigurationException", null),
    AUTHORIZER_FAILURE(500, "AuthorizerFailureException", null),
    DEFAULT_4XX(400, "BadRequestException", "Bad Request"),
    DEFAULT_5XX(502, "InternalServerErrorException", "Internal server error"),
    FORBIDDEN(403, "ForbiddenException", "Forbidden"),
    INVALID_SIGNATURE(
            403,
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check"
                    + " your AWS Secret Access Key and signing method. Consult the service"
                    + " documentation for details."),
    // AWS answers these two so and has no name for them in a document
    INCOMPLETE_SIGNATURE(403, "IncompleteSignatureException", null),
    UNRECOGNIZED_CLIENT(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid."),
    // a throttled function for one: that is not the client's fault
    INTERNAL_ERROR(500, "InternalServerErrorException", "Internal server error"),
    INTEGRATION_TIMEOUT(504, "InternalServerErrorException", "Endpoint request timed out"),
    MISSING_AUTHENTICATION_TOKEN(
            403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    REQUEST_TOO_LARGE(413, "RequestTooLargeException", "Request Too Long"),
    // no recording of AWS's own answer to too many headers was found
    HEADERS_TOO_LARGE(431, "BadRequestException", "Request Header Fields Too Large"),
    UNAUTHORIZED(401, "UnauthorizedException", "Unauthorized");

    private final int status;
    private final String errorType;
    private final @Nullable String message;

    ResponseType(int status, String errorType, @Nullable String message) {
        this.status = status;
        this.errorType = errorType;
        this.message = message;
    }

    int status() {
        return status;
    }

    String errorType() {
        return errorType;
    }

    @Nullable String message() {
        return message;
    }

    /// The response that stands in where the document does not speak of this one.
    ResponseType family() {
        return status < 500 ? DEFAULT_4XX : DEFAULT_5XX;
    }
}

package dev.sluice.lambda;

import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/// Takes no answer that was cut within its headers for a whole one.
///
/// The HTTP client takes the end of the stream for the end of the headers, and without a length an
/// empty body for all there is: a listing without the object, a file without bytes. So an answer
/// has to say how long it is; then the client sees whether all of it came. That it came is what
/// proves the headers before it, so nobody here asks by HEAD.
final class WholeAnswers implements ExecutionInterceptor {
    private static final int NO_CONTENT = 204;

    @Override
    public void afterTransmission(
            Context.AfterTransmission context, ExecutionAttributes attributes) {
        var answer = context.httpResponse();
        if (!answer.isSuccessful() || answer.statusCode() == NO_CONTENT || saysHowLong(answer)) {
            return;
        }
        var cut =
                RetryableException.builder()
                        .message("S3's answer ended within its headers")
                        .build();
        try {
            // Gives the connection back.
            var body = context.responseBody();
            if (body.isPresent()) {
                body.get().close();
            }
        } catch (IOException e) {
            cut.addSuppressed(e);
        }
        throw cut;
    }

    private static boolean saysHowLong(SdkHttpResponse answer) {
        return answer.firstMatchingHeader("Content-Length").isPresent()
                || answer.firstMatchingHeader("Transfer-Encoding").equals(Optional.of("chunked"));
    }
}

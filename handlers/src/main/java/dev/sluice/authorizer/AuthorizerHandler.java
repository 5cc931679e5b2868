package dev.sluice.authorizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.text.ParseException;

/// API Gateway's token authorizer: lets in who carries a good token, and tells the functions the
/// tenant it speaks for.
///
/// The policy covers the whole stage, because API Gateway keeps it and applies it to other routes
/// too.
public final class AuthorizerHandler implements RequestStreamHandler {
    private final Tokens tokens;

    public AuthorizerHandler() {
        this(Tokens.of(Settings.ofProcess().text("JWKS_URL")));
    }

    AuthorizerHandler(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        answer(input, output);
    }

    void answer(InputStream input, OutputStream output) throws IOException {
        var request = Json.read(input);
        var header = request.get("authorizationToken").textOrNull();
        var caller = caller(header == null ? "" : header);
        var stage = stage(request.get("methodArn").text("methodArn"));
        output.write(policy(caller, stage).getBytes(UTF_8));
    }

    private Tokens.Caller caller(String header) {
        try {
            return tokens.check(bearer(header));
        } catch (ParseException | BadJOSEException e) {
            Log.info("token refused", line -> line.put("why", e.getMessage()));
            throw new UnauthorizedException();
        } catch (JOSEException e) {
            throw new IllegalStateException("tokens can't be checked: " + e.getMessage(), e);
        }
    }

    private static String bearer(String header) {
        if (!header.regionMatches(/* ignoreCase= */ true, 0, "Bearer ", 0, 7)) {
            throw new UnauthorizedException();
        }
        return header.substring(7).strip();
    }

    /// `arn:aws:execute-api:region:account:api/stage/GET/path` → `…api/stage/*`.
    private static String stage(String methodArn) {
        var parts = methodArn.split("/", 3);
        return parts[0] + "/" + parts[1] + "/*";
    }

    private static String policy(Tokens.Caller caller, String resource) {
        return Json.object(answer ->
                answer.put("principalId", caller.subject())
                        .startObjectField("policyDocument")
                        .put("Version", "2012-10-17")
                        .startArrayField("Statement")
                        .startObject()
                        .put("Action", "execute-api:Invoke")
                        .put("Effect", "Allow")
                        .put("Resource", resource)
                        .end()
                        .end()
                        .end()
                        .startObjectField("context")
                        .put("tenant", caller.tenant())
                        .end());
    }

    /// API Gateway turns exactly this message into a 401.
    private static final class UnauthorizedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnauthorizedException() {
            super("Unauthorized");
        }
    }
}

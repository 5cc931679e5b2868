package dev.sluice.uploads;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.job.InboxKey;
import dev.sluice.lambda.Json;
import dev.sluice.rest.ProblemException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a client wants to upload, as far as that can be checked without asking anybody.
///
/// @param contentLength null when the client does not say
record UploadRequest(
        String dataset, String fileName, @Nullable String label, @Nullable Long contentLength) {
    private static final List<String> MEMBERS =
            List.of("dataset", "fileName", "label", "contentLength");
    private static final int MOST_KEY_BYTES = 1024;
    private static final int MOST_LABEL_CHARACTERS = 200;
    // S3's largest object
    private static final long MOST_BYTES = 5L << 40;

    /// Reads a body.
    ///
    /// @throws ProblemException 400, naming the member that is wrong
    static UploadRequest of(Json.Value body) {
        for (var name : body.names()) {
            if (!MEMBERS.contains(name)) {
                throw ProblemException.badRequest(
                        "The body may have %s and nothing else.".formatted(MEMBERS));
            }
        }
        var request =
                new UploadRequest(
                        text(body, "dataset"),
                        text(body, "fileName"),
                        body.get("label").isPresent() ? text(body, "label") : null,
                        contentLength(body.get("contentLength")));
        request.checkFileName();
        request.checkLabel();
        return request;
    }

    private static String text(Json.Value body, String name) {
        var text = body.get(name).textOrNull();
        if (text == null || text.isEmpty()) {
            throw ProblemException.badRequest("%s must be a text.".formatted(name));
        }
        if (text.codePoints().anyMatch(UploadRequest::isNoCharacterOfAName)) {
            throw ProblemException.badRequest("%s has a control character.".formatted(name));
        }
        return text;
    }

    /// Half a surrogate pair is no character: a key could not hold it.
    private static boolean isNoCharacterOfAName(int c) {
        return Character.isISOControl(c)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static @Nullable Long contentLength(Json.Value value) {
        if (!value.isPresent()) {
            return null;
        }
        try {
            long length = value.number("contentLength");
            if (length >= 0 && length <= MOST_BYTES) {
                return length;
            }
        } catch (IllegalArgumentException _) {
            // answered below, together with what is out of bounds
        }
        throw ProblemException.badRequest(
                "contentLength must be a whole number of bytes from 0 to %d."
                        .formatted(MOST_BYTES));
    }

    /// A name and never a path: `..` is a name like any other.
    private void checkFileName() {
        if (fileName.startsWith("/") || fileName.endsWith("/")) {
            throw ProblemException.badRequest("fileName may not start or end with a slash.");
        }
    }

    private void checkLabel() {
        if (label != null && label.length() > MOST_LABEL_CHARACTERS) {
            throw ProblemException.badRequest(
                    "label has more than %d characters.".formatted(MOST_LABEL_CHARACTERS));
        }
    }

    /// Where the upload of a tenant goes.
    ///
    /// @throws ProblemException 400 when S3 could not have such a key
    String key(String tenant) {
        var key = tenant + "/" + dataset + "/" + fileName;
        int bytes = key.getBytes(UTF_8).length;
        if (bytes > MOST_KEY_BYTES) {
            throw ProblemException.badRequest(
                    "fileName is too long: with %s/%s/ before it, it may have %d bytes and has %d."
                            .formatted(
                                    tenant,
                                    dataset,
                                    MOST_KEY_BYTES - (bytes - fileName.getBytes(UTF_8).length),
                                    fileName.getBytes(UTF_8).length));
        }
        if (!InboxKey.parse(key).equals(Optional.of(new InboxKey(tenant, dataset, fileName)))) {
            throw ProblemException.badRequest("dataset may not hold a slash.");
        }
        return key;
    }
}

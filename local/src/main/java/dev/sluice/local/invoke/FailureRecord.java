package dev.sluice.local.invoke;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The record of a lost event, as an on-failure destination gets it.
final class FailureRecord {
    private static final JsonFactory JSON = new JsonFactory();

    private FailureRecord() {}

    static String json(AsyncEvents.Event event, String functionArn, AsyncEvents.Verdict.Lost lost) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            json.writeStringField(
                    "timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", event.requestId());
            json.writeStringField("functionArn", functionArn + ":$LATEST");
            json.writeStringField("condition", lost.condition().wireName());
            json.writeNumberField("approximateInvokeCount", lost.invokeCount());
            json.writeEndObject();
            writePayload(json, "requestPayload", event.payload());
            writeResponse(json, lost.error());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void writeResponse(
            JsonGenerator json, InvokeResult.@org.jspecify.annotations.Nullable FunctionError error)
            throws IOException {
        if (error == null) {
            return;
        }
        json.writeObjectFieldStart("responseContext");
        json.writeNumberField("statusCode", 200);
        json.writeStringField("executedVersion", "$LATEST");
        json.writeStringField("functionError", "Unhandled");
        json.writeEndObject();
        writePayload(json, "responsePayload", error.payload());
    }

    private static void writePayload(JsonGenerator json, String name, byte[] payload)
            throws IOException {
        var text = new String(payload, StandardCharsets.UTF_8);
        json.writeFieldName(name);
        if (Json.isValid(payload)) {
            json.writeRawValue(text);
        } else {
            json.writeString(text);
        }
    }
}

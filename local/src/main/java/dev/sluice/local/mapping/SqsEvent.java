package dev.sluice.local.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/// The event that a batch of messages becomes.
final class SqsEvent {
    private static final JsonFactory JSON = new JsonFactory();
    // Lambda takes 6 MB; what stands around the bodies has room in the rest.
    private static final long MOST_BODY_BYTES = 5L << 20;

    private SqsEvent() {}

    /// Whether one more message might be too much for one invocation.
    static boolean isFull(List<Message> batch) {
        return batch.stream().mapToLong(SqsEvent::size).sum() >= MOST_BODY_BYTES;
    }

    /// The batch in as few parts as one invocation each can take.
    static List<List<Message>> split(List<Message> batch) {
        var parts = new ArrayList<List<Message>>();
        var part = new ArrayList<Message>();
        long bytes = 0;
        for (var message : batch) {
            if (!part.isEmpty() && bytes + size(message) > MOST_BODY_BYTES) {
                parts.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(message);
            bytes += size(message);
        }
        parts.add(part);
        return parts;
    }

    static byte[] json(List<Message> batch, String queueArn, String region) {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("Records");
            for (var message : batch) {
                write(json, message, queueArn, region);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Message message, String arn, String region)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("messageId", message.messageId());
        json.writeStringField("receiptHandle", message.receiptHandle());
        json.writeStringField("body", message.body());
        json.writeObjectFieldStart("attributes");
        for (var attribute : new TreeMap<>(message.attributesAsStrings()).entrySet()) {
            json.writeStringField(attribute.getKey(), attribute.getValue());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("messageAttributes");
        for (var attribute : new TreeMap<>(message.messageAttributes()).entrySet()) {
            write(json, attribute);
        }
        json.writeEndObject();
        json.writeStringField("md5OfBody", message.md5OfBody());
        if (message.md5OfMessageAttributes() != null) {
            json.writeStringField("md5OfMessageAttributes", message.md5OfMessageAttributes());
        }
        json.writeStringField("eventSource", "aws:sqs");
        json.writeStringField("eventSourceARN", arn);
        json.writeStringField("awsRegion", region);
        json.writeEndObject();
    }

    private static void write(
            JsonGenerator json, Map.Entry<String, MessageAttributeValue> attribute)
            throws IOException {
        var value = attribute.getValue();
        json.writeObjectFieldStart(attribute.getKey());
        if (value.stringValue() != null) {
            json.writeStringField("stringValue", value.stringValue());
        }
        if (value.binaryValue() != null) {
            json.writeFieldName("binaryValue");
            json.writeBinary(value.binaryValue().asByteArrayUnsafe());
        }
        json.writeArrayFieldStart("stringListValues");
        json.writeEndArray();
        json.writeArrayFieldStart("binaryListValues");
        json.writeEndArray();
        json.writeStringField("dataType", value.dataType());
        json.writeEndObject();
    }

    // A quote or a control character grows when it is escaped; a JSON body is full of quotes.
    private static long size(Message message) {
        long bytes = 1_000;
        var body = message.body();
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            bytes += c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : 3;
        }
        for (var attribute : message.messageAttributes().values()) {
            bytes +=
                    200
                            + (attribute.stringValue() == null
                                    ? 0
                                    : 3L * attribute.stringValue().length());
            bytes +=
                    attribute.binaryValue() == null
                            ? 0
                            : 2L * attribute.binaryValue().asByteArrayUnsafe().length;
        }
        return bytes;
    }
}

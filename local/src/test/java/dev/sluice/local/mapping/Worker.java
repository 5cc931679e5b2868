package dev.sluice.local.mapping;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A handler of message batches that does what each body, a word and an argument, tells it.
public final class Worker implements RequestStreamHandler {
    private static final Pattern RECORD =
            Pattern.compile(
                    "\"messageId\":\"([^\"]+)\",\"receiptHandle\":\"[^\"]*\",\"body\":\"([^\"]*)\"");

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        var records = RECORD.matcher(event);
        var failed = new ArrayList<String>();
        var answer = "";
        int count = 0;
        while (records.find()) {
            count++;
            var body = records.group(2);
            System.out.println("got " + body + " at " + System.currentTimeMillis());
            var words = body.split(" ", 2);
            switch (words[0]) {
                case "fail" -> failed.add("{\"itemIdentifier\":\"" + records.group(1) + "\"}");
                case "throw" -> throw new IllegalStateException(body);
                case "sleep" -> sleep(Long.parseLong(words[1]));
                case "answer" -> answer = words[1].replace('\'', '"');
                case "show" -> System.out.println(event);
                default -> {}
            }
        }
        System.out.println("batch of " + count);
        var report = "{\"batchItemFailures\":[" + String.join(",", failed) + "]}";
        output.write((answer.isEmpty() ? report : answer).getBytes(StandardCharsets.UTF_8));
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}

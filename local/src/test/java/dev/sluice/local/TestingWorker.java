package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// A function for every trigger: reports each event to the test, and answers as the trigger wants.
public final class TestingWorker implements RequestStreamHandler {
    private static final Pattern RESPONSE_URL = Pattern.compile("\"ResponseURL\":\"([^\"]*)\"");

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        send("POST", System.getenv("REPORT_URL"), event);
        output.write(answer(event).getBytes(StandardCharsets.UTF_8));
    }

    private static String answer(String event) throws IOException {
        if (event.contains("please fail")) {
            throw new IllegalStateException("as it was asked to");
        }
        var responseUrl = RESPONSE_URL.matcher(event);
        if (responseUrl.find()) {
            boolean bad = event.contains("\"Fail\":\"yes\"");
            send(
                    "PUT",
                    responseUrl.group(1),
                    bad
                            ? "{\"Status\":\"FAILED\",\"Reason\":\"the schema is from the future\"}"
                            : "{\"Status\":\"SUCCESS\",\"PhysicalResourceId\":\"thing-1\","
                                    + "\"Data\":{\"Colour\":\"green\"}}");
            return "null";
        }
        if (event.contains("\"authorizationToken\"")) {
            return "{\"principalId\":\"me\",\"policyDocument\":{\"Statement\":[{\"Effect\":\"Allow\","
                    + "\"Action\":\"execute-api:Invoke\",\"Resource\":\"*\"}]}}";
        }
        if (event.contains("\"httpMethod\"")) {
            var shared = Files.readString(Path.of(System.getenv("SHARED"), "greeting.txt")).strip();
            return "{\"statusCode\":200,\"body\":\"" + shared + "\"}";
        }
        return "{\"batchItemFailures\":[]}";
    }

    private static void send(String method, String url, String body) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setDoOutput(true);
        connection.setConnectTimeout(15_000);
        connection.setReadTimeout(15_000);
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        if (connection.getResponseCode() != 200) {
            throw new IOException(method + " " + url + ": " + connection.getResponseCode());
        }
    }
}

package dev.sluice.local.invoke;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A handler that does what its event, a JSON string of a word and an argument, tells it.
public final class Behaviour implements RequestStreamHandler {
    private static final AtomicInteger CALLS = new AtomicInteger();
    private static final AtomicInteger RUNNING = new AtomicInteger();

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        if (!event.startsWith("\"")) {
            output.write(event.getBytes(StandardCharsets.UTF_8));
            return;
        }
        var words = event.substring(1, event.length() - 1).split(" ", 2);
        var answer = act(words[0], words.length > 1 ? words[1] : "", context);
        output.write(("\"" + answer + "\"").getBytes(StandardCharsets.UTF_8));
    }

    private static String act(String word, String argument, Context context) throws IOException {
        return switch (word) {
            case "echo" -> argument;
            case "throw" -> throw new IllegalArgumentException(argument);
            case "sleep" -> sleep(Long.parseLong(argument));
            case "child" -> child();
            case "alone" -> alone();
            case "exit" -> exit(Integer.parseInt(argument));
            case "heap" -> heap();
            case "native" -> touch(Integer.parseInt(argument));
            case "large" -> "x".repeat(Integer.parseInt(argument));
            case "pid" -> Long.toString(ProcessHandle.current().pid());
            case "calls" -> Integer.toString(CALLS.incrementAndGet());
            case "read" -> Files.readString(Path.of(argument)).strip();
            case "write" -> Files.writeString(Path.of(argument), "mine").toString();
            case "fill" -> fill(Path.of(argument));
            case "mapped" ->
                    Boolean.toString(
                            Files.readString(Path.of("/proc/self/maps")).contains(argument));
            case "exists" -> Boolean.toString(Files.exists(Path.of(argument)));
            case "variable" -> String.valueOf(System.getenv(argument));
            case "print" -> print(argument);
            case "deep" -> deep(Integer.parseInt(argument));
            case "remaining" -> Integer.toString(context.getRemainingTimeInMillis());
            case "context" -> context.getInvokedFunctionArn() + " " + context.getAwsRequestId();
            case "maxHeap" -> Long.toString(Runtime.getRuntime().maxMemory() >> 20);
            default -> throw new IllegalArgumentException("unknown word " + word);
        };
    }

    private static String sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            return "slept";
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private static String alone() {
        int running = RUNNING.incrementAndGet();
        sleep(500);
        return Boolean.toString(running == 1 && RUNNING.decrementAndGet() == 0);
    }

    private static String child() throws IOException {
        var child = new ProcessBuilder("sleep", "600").start();
        System.out.println("child " + child.pid());
        return sleep(60_000);
    }

    private static String exit(int status) {
        System.exit(status);
        return "";
    }

    private static String heap() {
        List<byte[]> kept = new ArrayList<>();
        while (kept.size() < 10_000) {
            kept.add(new byte[8 << 20]);
        }
        return Integer.toString(kept.size());
    }

    private static String touch(int megabytes) {
        var kept = new ArrayList<java.nio.ByteBuffer>();
        for (int i = 0; i < megabytes; i++) {
            var buffer = java.nio.ByteBuffer.allocateDirect(1 << 20);
            for (int at = 0; at < buffer.capacity(); at += 4096) {
                buffer.put(at, (byte) 1);
            }
            kept.add(buffer);
        }
        return Integer.toString(kept.size());
    }

    private static String fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            var block = new byte[1 << 20];
            for (int i = 0; i < 600; i++) {
                out.write(block);
            }
            return "filled";
        } catch (IOException full) {
            Files.delete(file);
            return String.valueOf(full.getMessage());
        }
    }

    private static String print(String text) {
        System.out.println(text);
        System.err.println("and " + text);
        System.out.print("no end of line");
        System.out.flush();
        return "printed";
    }

    private static String deep(int depth) {
        if (depth > 0) {
            return deep(depth - 1) + depth;
        }
        throw new IllegalStateException("deep");
    }
}

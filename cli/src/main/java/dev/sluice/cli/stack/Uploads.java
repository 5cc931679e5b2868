package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsArray;
import com.fasterxml.jackson.jr.stree.JrsObject;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Files sent by URLs that the API presigns: the job and its label are there before the file is.
public final class Uploads implements AutoCloseable {
    private static final Duration PART_LIMIT = Duration.ofHours(12);

    private final Jobs jobs;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    public Uploads(Jobs jobs) {
        this.jobs = jobs;
    }

    /// Sends a file under a label, unless one came with it before. Gives its job's id; empty where
    /// the API has no uploads.
    public Optional<String> put(
            Path file, String dataset, String name, String label, LongConsumer progress)
            throws IOException, InterruptedException {
        var size = Files.size(file);
        var wanted = new LinkedHashMap<String, Object>();
        wanted.put("dataset", dataset);
        wanted.put("fileName", name);
        wanted.put("label", label);
        wanted.put("contentLength", size);
        var offer = jobs.post("/v1/uploads", Json.compact(wanted));
        if (offer.isEmpty()) return Optional.empty();
        send(file, size, offer.get(), progress);
        progress.accept(size);
        return Optional.of(Json.text(offer.get(), "jobId", ""));
    }

    private void send(Path file, long size, JrsObject offer, LongConsumer progress)
            throws IOException, InterruptedException {
        var url = Json.text(offer, "url");
        if (url != null) {
            var request = request(url).PUT(publisher(file, 0, size, progress));
            var headers = Json.child(offer, "headers");
            headers.fieldNames()
                    .forEachRemaining(
                            header -> request.header(header, Json.text(headers, header, "")));
            var _ = sent(request, file);
        } else if (offer.get("multipart") instanceof JrsObject parts) {
            sendParts(file, size, parts, progress);
        }
    }

    private void sendParts(Path file, long size, JrsObject multipart, LongConsumer progress)
            throws IOException, InterruptedException {
        var partBytes = Json.number(multipart, "partBytes");
        var made = new StringBuilder("<CompleteMultipartUpload>");
        var number = 0;
        if (!(multipart.get("parts") instanceof JrsArray urls)) throw new IOException("no parts");
        for (var at = 0L; at < size; at += partBytes) {
            var url = urls.get(number++).asText();
            var length = Math.min(partBytes, size - at);
            var answer = sent(request(url).PUT(publisher(file, at, length, progress)), file);
            made.append(
                    "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"
                            .formatted(number, answer.headers().firstValue("ETag").orElse("")));
        }
        var body = made.append("</CompleteMultipartUpload>").toString();
        var complete = Json.text(multipart, "complete", "");
        var answer = sent(request(complete).POST(BodyPublishers.ofString(body)), file);
        // S3 may find out after it has begun to answer.
        if (answer.body().contains("<Error>")) throw refused(file, answer);
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(PART_LIMIT);
    }

    private HttpResponse<String> sent(HttpRequest.Builder request, Path file)
            throws IOException, InterruptedException {
        var answer = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() / 100 != 2) throw refused(file, answer);
        return answer;
    }

    private static Complaint refused(Path file, HttpResponse<String> answer) {
        return new Complaint(
                "The upload of %s failed: S3 answered %d: %s"
                        .formatted(file, answer.statusCode(), answer.body().strip()));
    }

    private static BodyPublisher publisher(
            Path file, long from, long length, LongConsumer progress) {
        var bytes = BodyPublishers.ofInputStream(() -> part(file, from, length, progress));
        return length == 0 ? BodyPublishers.noBody() : BodyPublishers.fromPublisher(bytes, length);
    }

    private static InputStream part(Path file, long from, long length, LongConsumer progress) {
        try {
            var channel = FileChannel.open(file, StandardOpenOption.READ).position(from);
            return new Part(Channels.newInputStream(channel), from, length, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A range of a file that tells how far it is read.
    private static final class Part extends FilterInputStream {
        private final LongConsumer progress;
        private long at;
        private long left;

        Part(InputStream in, long from, long length, LongConsumer progress) {
            super(in);
            this.at = from;
            this.left = length;
            this.progress = progress;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) return -1;
            var read = in.read(bytes, offset, (int) Math.min(length, left));
            if (read > 0) {
                at += read;
                left -= read;
                progress.accept(at);
            }
            return read;
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

package dev.sluice.status;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.DatasetException;
import dev.sluice.job.Job;
import dev.sluice.job.JobFailedException;
import dev.sluice.lambda.Inbox;
import dev.sluice.rest.ProblemException;
import dev.sluice.rows.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// Rejects of ended jobs as files in a bucket of their own, each made once and handed out by a
/// presigned URL. An ended job does not change short of a retry, which counts its attempts.
final class Exports {
    private static final Duration URL_LIFE = Duration.ofMinutes(15);
    private static final String NEXT = "next";
    private static final String HEADER_BYTES = "header-bytes";

    private final Supplier<S3Client> s3;
    private final Supplier<S3Presigner> presigner;
    private final String bucket;
    private final Assets assets;
    private final InstantSource clock;
    private final ExportFile.Caps caps;

    /// @param s3 asked only when a file is wanted: most requests are about something else
    Exports(
            Supplier<S3Client> s3,
            Supplier<S3Presigner> presigner,
            String bucket,
            Assets assets,
            InstantSource clock,
            ExportFile.Caps caps) {
        this.s3 = s3;
        this.presigner = presigner;
        this.bucket = bucket;
        this.assets = assets;
        this.clock = clock;
        this.caps = caps;
    }

    /// A file to be fetched.
    ///
    /// @param next the record after which the next file begins, null when this is the last
    record Export(String url, @Nullable Long next) {}

    /// The rejects of an ended job after a record.
    ///
    /// @throws ProblemException when they can't be read again
    Export export(Job job, RejectPages pages, long after) throws SQLException, IOException {
        var key = "%s/%d/%d".formatted(job.id(), job.attempt(), after);
        var client = s3.get();
        var there = there(client, key);
        var next = there.isPresent() ? there.get() : make(client, key, job, pages, after);
        return new Export(url(key, fileName(job)), next.isEmpty() ? null : Long.valueOf(next));
    }

    /// The mark of the file's end that a file carries; empty when there is no such file. Not by
    /// HEAD: a byte of the body proves that the mark before it was not cut off.
    private Optional<String> there(S3Client client, String key) throws IOException {
        try (var file = client.getObject(request -> request.bucket(bucket).key(key))) {
            if (file.read() < 0) {
                return Optional.empty();
            }
            file.abort();
            return Optional.of(file.response().metadata().getOrDefault(NEXT, ""));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private String make(S3Client client, String key, Job job, RejectPages pages, long after)
            throws SQLException, IOException {
        var file = Files.createTempFile("rejects", ".csv");
        try {
            var metadata = write(client, file, job, pages, after);
            client.putObject(
                    request ->
                            request.bucket(bucket)
                                    .key(key)
                                    .contentType("text/csv")
                                    .metadata(metadata),
                    RequestBody.fromFile(file));
            return metadata.getOrDefault(NEXT, "");
        } finally {
            Files.delete(file);
        }
    }

    private Map<String, String> write(
            S3Client client, Path file, Job job, RejectPages pages, long after)
            throws SQLException, IOException {
        try {
            var dataset = assets.at(job.assetsVersion()).dataset(job.dataset());
            var export = new ExportFile(new Inbox(client), dataset, Limits.DEFAULT, caps, clock);
            var metadata = new HashMap<String, String>();
            export.write(file, job, pages, after)
                    .ifPresent(next -> metadata.put(NEXT, Long.toString(next)));
            metadata.put(HEADER_BYTES, Long.toString(export.headerBytes()));
            return metadata;
        } catch (DatasetException e) {
            throw ProblemException.conflict(e.error().message(), null);
        } catch (JobFailedException e) {
            throw switch (e.error().code()) {
                case OBJECT_VANISHED, OBJECT_UNREADABLE ->
                        ProblemException.gone(e.error().message());
                default -> ProblemException.conflict(e.error().message(), null);
            };
        }
    }

    private static String fileName(Job job) {
        return "rejects-of-job-%d.csv".formatted(job.number());
    }

    private String url(String key, String fileName) {
        return presigner
                .get()
                .presignGetObject(request ->
                        request.signatureDuration(URL_LIFE)
                                .getObjectRequest(get ->
                                        get.bucket(bucket)
                                                .key(key)
                                                .responseContentDisposition(
                                                        "attachment; filename=\"%s\""
                                                                .formatted(fileName))))
                .url()
                .toString();
    }
}

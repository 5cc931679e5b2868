package dev.sluice.local;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where everything of a running template is reached; maps go by logical id.
///
/// @param api the REST API with its stage, such as `http://127.0.0.1:8080/live`
/// @param lambda answers `POST /2015-03-31/functions/NAME/invocations`
/// @param functions names
/// @param buckets names
/// @param queues URLs
/// @param database a libpq URI of the owner
/// @param logs holds one file per function, `NAME.log`
public record Endpoints(
        Optional<URI> api,
        URI s3,
        URI sqs,
        URI lambda,
        Map<String, String> functions,
        Map<String, String> buckets,
        Map<String, String> queues,
        Optional<String> database,
        String region,
        String accessKeyId,
        String secretAccessKey,
        Path logs) {

    public Endpoints {
        functions = Map.copyOf(functions);
        buckets = Map.copyOf(buckets);
        queues = Map.copyOf(queues);
    }
}

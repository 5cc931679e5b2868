package dev.sluice.local.gateway;

import dev.sluice.local.document.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A REST API as it is deployed to one stage.
///
/// @param document OpenAPI 3 with API Gateway's extensions, intrinsics resolved
/// @param functions the names that integrations may point to
/// @param accessKeyId whose owner may call what wants a signature
/// @param integrationTimeout how long a client waits for a function
public record RestApi(
        String id,
        String stage,
        String region,
        String accountId,
        Value document,
        Map<String, String> stageVariables,
        List<String> binaryMediaTypes,
        Set<String> functions,
        String accessKeyId,
        String secretAccessKey,
        Duration integrationTimeout) {
    public RestApi {
        stageVariables = Map.copyOf(stageVariables);
        binaryMediaTypes = List.copyOf(binaryMediaTypes);
        functions = Set.copyOf(functions);
    }

    String methodArn(String method, String path) {
        return "arn:aws:execute-api:%s:%s:%s/%s/%s%s"
                .formatted(region, accountId, id, stage, method, path);
    }
}

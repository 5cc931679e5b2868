package dev.sluice.local.template;

import java.util.HashMap;
import java.util.Map;

/// Where the started parts are reached; `NOWHERE` stands for them before they are up.
///
/// @param api the gateway without a stage
/// @param databaseProxyHost the proxy has the database's port
/// @param customResources by logical id, what their functions answered
public record Reach(
        String api,
        String sqs,
        String databaseHost,
        String databaseProxyHost,
        int databasePort,
        Map<String, Answer> customResources) {
    public static final Reach NOWHERE =
            new Reach(
                    "http://127.0.0.1:0",
                    "http://127.0.0.1:0",
                    "127.0.0.1",
                    "127.0.0.1",
                    0,
                    Map.of());

    public Reach {
        customResources = Map.copyOf(customResources);
    }

    public Reach with(String logicalId, Answer answer) {
        var more = new HashMap<>(customResources);
        more.put(logicalId, answer);
        return new Reach(api, sqs, databaseHost, databaseProxyHost, databasePort, more);
    }

    /// What a custom resource's function answered.
    public record Answer(String physicalResourceId, Map<String, String> data) {
        public Answer {
            data = Map.copyOf(data);
        }
    }
}

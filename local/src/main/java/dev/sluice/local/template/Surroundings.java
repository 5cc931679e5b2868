package dev.sluice.local.template;

import java.util.Map;

/// What a template can't know by itself: the account it is deployed to, its parameters and what is
/// up so far.
public record Surroundings(
        String stackName,
        String region,
        String accountId,
        Map<String, String> parameters,
        Secrets secrets,
        Reach reach) {
    public Surroundings {
        parameters = Map.copyOf(parameters);
    }

    public Surroundings withReach(Reach reach) {
        return new Surroundings(stackName, region, accountId, parameters, secrets, reach);
    }
}

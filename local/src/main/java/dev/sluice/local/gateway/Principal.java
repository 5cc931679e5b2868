package dev.sluice.local.gateway;

import java.util.Map;
import java.util.Optional;

/// Who a Lambda authorizer says is asking; the context's values are texts.
record Principal(
        String principalId,
        Policy policy,
        Map<String, String> context,
        Optional<String> usageIdentifierKey) {}

package dev.sluice.local.gateway;

import java.util.Map;
import java.util.Optional;

/// A method of a resource: who may call it and who answers.
///
/// @param resourcePath as the document writes it, such as `/jobs/{id}`
record Operation(
        String resourcePath,
        String method,
        Optional<LambdaAuthorizer> authorizer,
        Integration integration) {

    /// Who answers.
    sealed interface Integration {}

    /// A function gets the request as an event and answers with a response.
    record Proxy(String function) implements Integration {}

    /// The gateway answers, always the same.
    record Mock(int status, Map<String, String> headers, String body) implements Integration {}
}

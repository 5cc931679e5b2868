package dev.sluice.local.gateway;

import java.util.Map;

/// A method of a resource: who may call it and who answers.
///
/// @param resourcePath as the document writes it, such as `/jobs/{id}`
record Operation(String resourcePath, String method, Access access, Integration integration) {

    /// Who may call.
    sealed interface Access {}

    /// Anybody.
    record Open() implements Access {}

    /// Whom a function lets in.
    record Asked(LambdaAuthorizer authorizer) implements Access {}

    /// Who signs with an access key.
    record Signed() implements Access {}

    /// Who answers.
    sealed interface Integration {}

    /// A function gets the request as an event and answers with a response.
    record Proxy(String function) implements Integration {}

    /// The gateway answers, always the same.
    record Mock(int status, Map<String, String> headers, String body) implements Integration {}
}

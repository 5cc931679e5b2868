package dev.sluice.local.runtime;

import java.util.Set;

/// The environment variables that Lambda sets and that a function's configuration must not.
final class LambdaVariables {
    static final Set<String> RESERVED =
            Set.of(
                    "_HANDLER",
                    "_X_AMZN_TRACE_ID",
                    "AWS_ACCESS_KEY",
                    "AWS_ACCESS_KEY_ID",
                    "AWS_DEFAULT_REGION",
                    "AWS_EXECUTION_ENV",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                    "AWS_LAMBDA_FUNCTION_NAME",
                    "AWS_LAMBDA_FUNCTION_VERSION",
                    "AWS_LAMBDA_INITIALIZATION_TYPE",
                    "AWS_LAMBDA_LOG_GROUP_NAME",
                    "AWS_LAMBDA_LOG_STREAM_NAME",
                    "AWS_LAMBDA_RUNTIME_API",
                    "AWS_REGION",
                    "AWS_SECRET_ACCESS_KEY",
                    "AWS_SESSION_TOKEN",
                    "LAMBDA_RUNTIME_DIR",
                    "LAMBDA_TASK_ROOT");

    private LambdaVariables() {}
}

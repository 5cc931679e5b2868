package dev.sluice.lambda;

import dev.sluice.job.Drop;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/// Asks Intake to look at a drop (again), without waiting for it.
public final class IntakeRequests {
    private final LambdaClient lambda;
    private final String function;

    public IntakeRequests(LambdaClient lambda, String function) {
        this.lambda = lambda;
        this.function = function;
    }

    public void send(Drop drop) {
        lambda.invoke(request ->
                request.functionName(function)
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String(DropEvents.write(drop))));
    }
}

package dev.sluice.lambda;

import dev.sluice.job.Drop;
import java.util.function.Consumer;
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

    /// Builds its client only when a drop really has to be asked for: for functions that seldom do.
    public static Consumer<Drop> rarely(String function) {
        return drop -> {
            try (var lambda = Aws.lambda()) {
                new IntakeRequests(lambda, function).send(drop);
            }
        };
    }

    public void send(Drop drop) {
        lambda.invoke(request ->
                request.functionName(function)
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String(DropEvents.write(drop))));
    }
}

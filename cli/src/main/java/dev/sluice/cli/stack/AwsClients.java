package dev.sluice.cli.stack;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;

/// Points a client of the AWS SDK at a stack: on this machine with its endpoint and keys, in AWS
/// with whatever the SDK finds.
final class AwsClients {
    private AwsClients() {}

    static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(
            B builder, Endpoints endpoints, @Nullable URI endpoint, Duration answerLimit) {
        builder.region(Region.of(endpoints.region()))
                .credentialsProvider(credentials(endpoints))
                .httpClientBuilder(
                        Apache5HttpClient.builder()
                                .connectionTimeout(Duration.ofSeconds(10))
                                .socketTimeout(answerLimit));
        if (endpoint != null) builder.endpointOverride(endpoint);
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(Endpoints endpoints) {
        var id = endpoints.accessKeyId();
        var secret = endpoints.secretAccessKey();
        if (id == null || secret == null) return DefaultCredentialsProvider.builder().build();
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
    }
}

package dev.sluice.lambda;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The clients of AWS, each built by the functions that use it. Region, credentials and endpoints
/// come from the environment, as Lambda sets it.
public final class Aws {
    private Aws() {}

    private static SdkHttpClient http() {
        return Apache5HttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(3))
                .socketTimeout(Duration.ofSeconds(20))
                .maxConnections(8)
                .build();
    }

    /// S3. Answers are not checksummed by the client: it can't for every algorithm an uploader may
    /// choose, and Load compares lengths.
    public static S3Client s3() {
        return s3Builder().build();
    }

    static S3ClientBuilder s3Builder() {
        return S3Client.builder()
                .httpClient(http())
                .overrideConfiguration(it -> it.addExecutionInterceptor(new WholeAnswers()))
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    }

    /// Signs URLs of S3 for others to use; asks nobody.
    public static S3Presigner presigner() {
        return S3Presigner.create();
    }

    public static SqsClient sqs() {
        return SqsClient.builder().httpClient(http()).build();
    }

    public static LambdaClient lambda() {
        return LambdaClient.builder().httpClient(http()).build();
    }
}

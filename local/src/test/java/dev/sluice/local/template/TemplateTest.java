package dev.sluice.local.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A template says everything once: what is read wrong here runs wrong, and what is passed over in
/// silence runs differently in AWS.
class TemplateTest {
    private static final String WORKER =
            """
            Resources:
              Worker:
                Type: AWS::Serverless::Function
                Properties:
                  PackageType: Image
                  ImageUri: !Ref Unset
                  %s
            Parameters:
              Unset: {Type: String}
            """;

    @TempDir Path folder;

    @Test
    void readsAFunctionWithItsTriggers() throws IOException {
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Transform: AWS::Serverless-2016-10-31
                        Parameters:
                          ImageUri: {Type: String}
                        Globals:
                          Function:
                            MemorySize: 256
                            Timeout: 20
                            Environment: {Variables: {COMMON: "1", OWN: "no"}}
                        Resources:
                          Worker:
                            Type: AWS::Serverless::Function
                            Properties:
                              PackageType: Image
                              ImageUri: !Ref ImageUri
                              ImageConfig: {Command: [a.Handler]}
                              Timeout: 30
                              ReservedConcurrentExecutions: 3
                              Policies: [AmazonS3ReadOnlyAccess]
                              FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/data}]
                              EventInvokeConfig:
                                MaximumRetryAttempts: 1
                                DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}
                              Environment: {Variables: {OWN: !Ref Work}}
                              Events:
                                Dropped:
                                  Type: S3
                                  Properties:
                                    Bucket: !Ref Files
                                    Events: s3:ObjectCreated:*
                                    Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .csv}]}}
                                Message:
                                  Type: SQS
                                  Properties:
                                    Queue: !GetAtt Work.Arn
                                    BatchSize: 1
                                    FunctionResponseTypes: [ReportBatchItemFailures]
                                    ScalingConfig: {MaximumConcurrency: 3}
                                Minute: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
                          Files:
                            Type: AWS::S3::Bucket
                            Properties: {VersioningConfiguration: {Status: Enabled}}
                          Work:
                            Type: AWS::SQS::Queue
                            Properties:
                              VisibilityTimeout: 180
                              RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
                          Dead: {Type: 'AWS::SQS::Queue'}
                          System: {Type: 'AWS::EFS::FileSystem', Properties: {Encrypted: true}}
                          Point: {Type: 'AWS::EFS::AccessPoint', Properties: {FileSystemId: !Ref System}}
                          Target: {Type: 'AWS::EFS::MountTarget', Properties: {FileSystemId: !Ref System}}
                          Wall: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: x}}
                        """);

        assertThat(stack.functions())
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.name()).isEqualTo("demo-Worker");
                    assertThat(it.command()).containsExactly("a.Handler");
                    assertThat(it.memoryMegabytes()).isEqualTo(256);
                    assertThat(it.timeout()).isEqualTo(Duration.ofSeconds(30));
                    assertThat(it.reservedConcurrency()).hasValue(3);
                    assertThat(it.mounts())
                            .containsExactly(new Stack.Mount("/mnt/data", /* writable= */ false));
                    assertThat(it.asyncRetries()).isEqualTo(1);
                    assertThat(it.asyncMaxAge()).isEqualTo(Duration.ofHours(6));
                    assertThat(it.onFailureQueue()).contains("demo-Dead");
                    assertThat(it.environment())
                            .isEqualTo(
                                    Map.of(
                                            "COMMON",
                                            "1",
                                            "OWN",
                                            "http://127.0.0.1:0/000000000000/demo-Work"));
                });
        assertThat(stack.buckets())
                .containsExactly(new Stack.Bucket("Files", "demo-files", /* versioned= */ true));
        assertThat(stack.queues().getFirst().deadLetters())
                .contains(new Stack.DeadLetters("demo-Dead", 5));
        assertThat(stack.mappings())
                .containsExactly(
                        new Stack.Mapping(
                                "demo-Work",
                                "demo-Worker",
                                1,
                                Duration.ZERO,
                                /* reportBatchItemFailures= */ true,
                                OptionalInt.of(3),
                                /* enabled= */ true));
        assertThat(stack.schedules())
                .containsExactly(
                        new Stack.Schedule(
                                "demo-WorkerMinute",
                                "rate(1 minute)",
                                "demo-Worker",
                                Optional.empty(),
                                /* enabled= */ true));
        var notification = stack.notifications().getFirst();
        assertThat(notification.wants("demo-files", "ObjectCreated:Put", "in/a.csv")).isTrue();
        assertThat(notification.wants("demo-files", "ObjectCreated:Put", "in/a.txt")).isFalse();
        assertThat(notification.wants("demo-files", "ObjectRemoved:Delete", "in/a.csv")).isFalse();
        assertThat(notification.wants("other", "ObjectCreated:Put", "in/a.csv")).isFalse();
        assertThat(stack.leftOut())
                .containsExactly(
                        "No counterpart on one machine, left out: AWS::EC2::SecurityGroup,"
                                + " AWS::EFS::MountTarget.",
                        "No counterpart on one machine for FileSystemId of AWS::EFS::AccessPoint.",
                        "No counterpart on one machine for Encrypted of AWS::EFS::FileSystem.",
                        "No counterpart on one machine for ImageUri, Policies of"
                                + " AWS::Serverless::Function.");
    }

    @Test
    void tellsByTheAccessPointsUserWhoMayWrite() throws IOException {
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Parameters: {Owner: {Type: String, Default: "1"}}
                        Resources:
                          System: {Type: 'AWS::EFS::FileSystem'}
                          Own:
                            Type: AWS::EFS::AccessPoint
                            Properties:
                              FileSystemId: !Ref System
                              PosixUser: {Uid: "1", Gid: "1"}
                              RootDirectory: {Path: /a, CreationInfo: {OwnerUid: !Ref Owner, OwnerGid: "1"}}
                          Foreign:
                            Type: AWS::EFS::AccessPoint
                            Properties:
                              FileSystemId: !Ref System
                              PosixUser: {Uid: "2", Gid: "2"}
                              RootDirectory: {Path: /a, CreationInfo: {OwnerUid: !Ref Owner, OwnerGid: "1"}}
                          Writer:
                            Type: AWS::Serverless::Function
                            Properties:
                              PackageType: Image
                              FileSystemConfigs: [{Arn: !GetAtt Own.Arn, LocalMountPath: /mnt/a}]
                          Reader:
                            Type: AWS::Serverless::Function
                            Properties:
                              PackageType: Image
                              FileSystemConfigs: [{Arn: !GetAtt Foreign.Arn, LocalMountPath: /mnt/a}]
                        """);

        assertThat(stack.functions())
                .flatExtracting(Stack.Function::mounts)
                .containsExactly(
                        new Stack.Mount("/mnt/a", /* writable= */ true),
                        new Stack.Mount("/mnt/a", /* writable= */ false));
    }

    @Test
    void namesTheLineOfWhatIsNotSupported() {
        assertRefused(
                WORKER.formatted("SnapStart: {ApplyOn: x}"),
                7,
                "Worker.SnapStart is not supported");
        assertRefused(
                WORKER.formatted("ImageConfig: {Comand: [x]}"),
                7,
                "Worker.ImageConfig.Comand is not supported");
        assertRefused(
                WORKER.formatted("Timeout: 901"),
                7,
                "Worker.Timeout is not a number from 1 to 900: 901");
        assertRefused(
                WORKER.formatted("Events: {A: {Type: SNS, Properties: {Topic: x}}}"),
                7,
                "Worker.Events.A: the event type SNS is not supported");
        assertRefused(
                WORKER.formatted(
                        "Events: {A: {Type: Schedule, Properties: {Schedule: cron(0 1 * * ? *)}}}"),
                7,
                "the schedule cron(0 1 * * ? *) is not supported");
        assertRefused(
                WORKER.formatted("FunctionName: !Ref Unset"),
                7,
                "the parameter Unset has no value");
        assertRefused(
                "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n",
                2,
                "Table: the type AWS::DynamoDB::Table is not supported");
        assertRefused(
                "Resources:\n  A: {Type: 'AWS::S3::Bucket', Colour: red}\n",
                2,
                "A.Colour is not supported");
        assertRefused("Resources:\n  A: 1\n  A: 2\n", 3, "the key A is there twice");
        assertRefused(
                "Hooks: 1\nResources:\n  A: {Type: 'AWS::S3::Bucket'}\n",
                1,
                "the template.Hooks is not supported");
    }

    @Test
    void refusesAMappingThatOutlivesItsMessagesVisibility() {
        assertRefused(
                """
                Resources:
                  Work: {Type: 'AWS::SQS::Queue'}
                  Worker:
                    Type: AWS::Serverless::Function
                    Properties:
                      PackageType: Image
                      Timeout: 60
                      Events:
                        Message: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn}}
                """,
                9,
                "the visibility timeout of demo-Work (30 s) is less than the timeout of"
                        + " demo-Worker (60 s)");
    }

    @Test
    void leavesOutAResourceWhoseConditionIsFalse() throws IOException {
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Conditions: {Never: !Equals [a, b]}
                        Resources:
                          A: {Type: 'AWS::S3::Bucket', Condition: Never}
                          B: {Type: 'AWS::S3::Bucket', Properties: {Tags: [{Key: a, Value: !Ref A}]}}
                        Outputs: {A: {Condition: Never, Value: !Ref A}}
                        """);

        assertThat(stack.buckets()).extracting(Stack.Bucket::logicalId).containsExactly("B");
        assertThat(stack.outputs()).isEmpty();
    }

    @Test
    void resolvesWhatAnIncludedDocumentSays() throws IOException {
        Files.writeString(
                folder.resolve("api.yaml"),
                """
                openapi: 3.0.3
                paths:
                  /a:
                    get:
                      uri: !Sub 'arn:aws:apigateway:${AWS::Region}:${Worker.Arn}'
                """);
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Resources:
                          Worker:
                            Type: AWS::Serverless::Function
                            Properties: {PackageType: Image}
                          Api:
                            Type: AWS::Serverless::Api
                            Properties:
                              StageName: live
                              DefinitionBody:
                                Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: api.yaml}}
                        """);

        var document = Fields.of(stack.api().orElseThrow().document(), "api");
        var get =
                document.inner("paths")
                        .orElseThrow()
                        .inner("/a")
                        .orElseThrow()
                        .inner("get")
                        .orElseThrow();
        assertThat(get.requiredText("uri"))
                .isEqualTo(
                        "arn:aws:apigateway:eu-west-1:arn:aws:lambda:eu-west-1:000000000000:"
                                + "function:demo-Worker");
        assertThat(get.place("uri")).hasToString("api.yaml:5");
    }

    @Test
    void leavesOutAPropertyThatHasNoValueHere() throws IOException {
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Parameters: {Unset: {Type: String}}
                        Resources:
                          Thing:
                            Type: Custom::Thing
                            Properties: {ServiceToken: !GetAtt Worker.Arn, Image: !Ref Unset}
                          Worker:
                            Type: AWS::Serverless::Function
                            Properties: {PackageType: Image}
                        """);

        assertThat(stack.customResources().getFirst().properties())
                .containsOnlyKeys("ServiceToken");
        assertThat(stack.leftOut())
                .containsExactly("No counterpart on one machine for Image of Custom::Thing.");
    }

    @Test
    void putsCustomResourcesBehindWhatTheyDependOn() throws IOException {
        var stack =
                TestingTemplates.stack(
                        folder,
                        """
                        Resources:
                          Last:
                            Type: Custom::Thing
                            Properties: {ServiceToken: !GetAtt Worker.Arn, From: !Sub '${First.Name}'}
                          First:
                            Type: Custom::Thing
                            Properties: {ServiceToken: !GetAtt Worker.Arn, Count: 3, On: true}
                          Worker:
                            Type: AWS::Serverless::Function
                            Properties: {PackageType: Image}
                        """);

        assertThat(stack.customResources())
                .extracting(Stack.CustomResource::logicalId)
                .containsExactly("First", "Last");
        assertThat(stack.customResources().getFirst().properties())
                .containsEntry("Count", "3")
                .containsEntry("On", "true");
    }

    private void assertRefused(String text, int line, String problem) {
        assertThatThrownBy(() -> TestingTemplates.stack(folder, text))
                .isInstanceOf(DocumentException.class)
                .hasMessage("template.yaml:" + line + ": " + problem);
    }
}

package dev.sluice.local.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.document.DocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the intrinsic functions give, as a table: a wrong one puts a wrong address into a function.
class IntrinsicsTest {
    private static final String HEAD =
            """
            Parameters:
              Size: {Type: Number, Default: 4}
              Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
              Zone: {Type: String, Default: "b"}
              Colours: {Type: CommaDelimitedList, Default: "red, green,blue"}
            Mappings:
              Regions:
                eu-west-1: {bucket: europe}
            Conditions:
              Big: !Not [!Equals [!Ref Size, 4]]
              Small: !Not [!Condition Big]
              Either: !Or [!Condition Big, !Condition Small]
              Both: !And [{Condition: Big}, {Condition: Small}]
            Resources:
              Files: {Type: 'AWS::S3::Bucket'}
              Work:
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub '${AWS::StackName}-work'}
              Password:
                Type: AWS::SecretsManager::Secret
                Properties:
                  Name: the/password
                  GenerateSecretString:
                    SecretStringTemplate: '{"username":"owner"}'
                    GenerateStringKey: password
                    PasswordLength: 20
                    ExcludePunctuation: true
            """;

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    !Ref Size                                                    | 4
                    {Ref: Size}                                                  | 4
                    !Ref AWS::Region                                             | eu-west-1
                    !Ref Files                                                   | demo-files
                    !Ref Work                                                    | http://127.0.0.1:0/000000000000/demo-work
                    !GetAtt Work.Arn                                             | arn:aws:sqs:eu-west-1:000000000000:demo-work
                    {'Fn::GetAtt': [Files, Arn]}                                 | arn:aws:s3:::demo-files
                    !Sub '${Size}-${Work.QueueName}-${AWS::AccountId}'           | 4-demo-work-000000000000
                    !Sub ['${A}/${!Size}/${Zone}', {A: !Ref Size}]               | 4/${Size}/b
                    !If [Big, large, small]                                      | small
                    !If [Either, yes, no]                                        | yes
                    !If [Both, yes, no]                                          | no
                    !Join ['-', [a, !Ref Zone, c]]                               | a-b-c
                    !Join [':', !Ref Colours]                                    | red:green:blue
                    !Join ['', [a, !Ref AWS::NoValue, b]]                        | ab
                    !Select [1, !Ref Colours]                                    | green
                    !Select [2, !Split ['/', 'x/y/z']]                           | z
                    !Select [1, !GetAZs '']                                      | eu-west-1b
                    !FindInMap [Regions, !Ref AWS::Region, bucket]               | europe
                    {'Fn::Base64': hello}                                        | aGVsbG8=
                    !Select [0, !Ref Subnets]                                    | subnet-00000000000000000
                    '{{resolve:secretsmanager:the/password:SecretString:username}}' | owner
                    !Sub '{{resolve:secretsmanager:${Password}:SecretString:username}}' | owner
                    """)
    void gives(String expression, String value) throws IOException {
        var template = HEAD + "Outputs: {Answer: {Value: " + expression + "}}\n";

        var outputs = TestingTemplates.stack(folder, template).outputs();

        assertThat(outputs).containsExactly(Map.entry("Answer", value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    !Ref Nothing                 | there is no resource or parameter Nothing
                    !Sub '${Nothing.Arn}'        | there is no resource or parameter Nothing
                    !GetAtt Files.Colour         | the attribute Files.Colour (AWS::S3::Bucket) is not supported
                    !ImportValue other           | Fn::ImportValue is not supported
                    !If [Missing, a, b]          | there is no condition Missing
                    !Select [7, !Ref Colours]    | Fn::Select finds no item 7 of 3
                    !FindInMap [Regions, x, y]   | Fn::FindInMap finds no x
                    '{{resolve:ssm:/a/b}}'       | the dynamic reference {{resolve:ssm:/a/b}} is not supported
                    """)
    void refuses(String expression, String problem) {
        var template = HEAD + "Outputs: {Answer: {Value: " + expression + "}}\n";
        long line = template.lines().count();

        assertThatThrownBy(() -> TestingTemplates.stack(folder, template))
                .isInstanceOf(DocumentException.class)
                .hasMessage("template.yaml:" + line + ": " + problem);
    }

    @Test
    void keepsAGeneratedSecretOverRuns() throws IOException {
        var template =
                HEAD
                        + "Outputs: {Answer: {Value:"
                        + " '{{resolve:secretsmanager:the/password:SecretString:password}}'}}\n";

        var first = TestingTemplates.stack(folder, template).outputs();
        var second = TestingTemplates.stack(folder, template).outputs();

        assertThat(first.get("Answer")).matches("[a-zA-Z0-9]{20}");
        assertThat(second).isEqualTo(first);
        assertThat(Files.getPosixFilePermissions(folder.resolve("secrets.json"))).hasSize(2);
    }

    @Test
    void checksAParameterThatIsGiven() throws IOException {
        var template =
                TestingTemplates.template(
                        folder,
                        HEAD.replace(
                                "Default: 4}", "Default: 4, MinValue: 2, AllowedValues: [2]}"));

        assertThatThrownBy(() ->
                        template.stack(TestingTemplates.surroundings(folder, Map.of("Size", "3"))))
                .hasMessage("template.yaml:2: parameter Size: '3' is not one of 2");
        assertThatThrownBy(() ->
                        template.stack(TestingTemplates.surroundings(folder, Map.of("Sise", "3"))))
                .hasMessageContaining("there is no parameter Sise, only Size, Subnets");
    }

    @Test
    void takesAWSsAddressOfAnApiForTheOneHere() throws IOException {
        Files.writeString(folder.resolve("api.yaml"), "openapi: 3.0.3\npaths: {}\n");
        var template =
                """
                Resources:
                  Api:
                    Type: AWS::Serverless::Api
                    Properties: {StageName: live, DefinitionUri: api.yaml}
                Outputs:
                  Url: {Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/live'}
                """;

        assertThat(TestingTemplates.stack(folder, template).outputs())
                .containsEntry("Url", "http://127.0.0.1:0/live");
    }
}

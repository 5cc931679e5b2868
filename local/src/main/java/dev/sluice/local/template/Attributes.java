package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Place;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What `Ref` and `Fn::GetAtt` say of each type of resource on this machine.
final class Attributes {
    /// The property that names a resource, by type.
    private static final Map<String, String> NAMES =
            Map.of(
                    "AWS::Serverless::Function", "FunctionName",
                    "AWS::S3::Bucket", "BucketName",
                    "AWS::SQS::Queue", "QueueName",
                    "AWS::Serverless::Api", "Name",
                    "AWS::RDS::DBInstance", "DBInstanceIdentifier",
                    "AWS::RDS::DBProxy", "DBProxyName",
                    "AWS::SecretsManager::Secret", "Name",
                    "AWS::Events::Rule", "Name");

    private final Scope scope;
    private final Surroundings surroundings;

    Attributes(Scope scope, Surroundings surroundings) {
        this.scope = scope;
        this.surroundings = surroundings;
    }

    String name(Resource resource) {
        return Optional.ofNullable(NAMES.get(resource.type()))
                .flatMap(it -> resource.properties().get(it))
                .map(scope::text)
                .orElseGet(() -> defaultName(resource));
    }

    private String defaultName(Resource resource) {
        var name = surroundings.stackName() + "-" + resource.logicalId();
        return resource.type().equals("AWS::S3::Bucket") ? name.toLowerCase(Locale.ROOT) : name;
    }

    String reference(Resource resource) {
        var name = name(resource);
        return switch (resource.type()) {
            case "AWS::SQS::Queue" -> queueUrl(name);
            case "AWS::Serverless::Api" -> apiId(resource);
            case "AWS::EFS::FileSystem" -> "fs-" + hexadecimal(resource, 17);
            case "AWS::EFS::AccessPoint" -> "fsap-" + hexadecimal(resource, 17);
            case "AWS::SecretsManager::Secret" -> secretArn(name);
            case String _ when resource.isCustom() ->
                    answer(resource).map(Reach.Answer::physicalResourceId).orElse(name);
            default -> name;
        };
    }

    String attribute(Resource resource, String attribute, Place place) {
        if (resource.isCustom()) {
            return answer(resource)
                    .map(it -> it.data().get(attribute))
                    .orElse(resource.logicalId() + "." + attribute);
        }
        if (Counterparts.none(resource.type())) {
            return attribute.endsWith("Arn")
                    ? arn("none", resource.logicalId())
                    : resource.logicalId() + "." + attribute;
        }
        return known(resource, attribute)
                .orElseThrow(() ->
                        new DocumentException(
                                place,
                                "the attribute %s.%s (%s) is not supported"
                                        .formatted(
                                                resource.logicalId(), attribute, resource.type())));
    }

    private Optional<String> known(Resource resource, String attribute) {
        var name = name(resource);
        return Optional.ofNullable(
                switch (resource.type() + "." + attribute) {
                    case "AWS::Serverless::Function.Arn" -> arn("lambda", "function:" + name);
                    case "AWS::S3::Bucket.Arn" -> "arn:aws:s3:::" + name;
                    case "AWS::SQS::Queue.Arn" -> arn("sqs", name);
                    case "AWS::SQS::Queue.QueueName" -> name;
                    case "AWS::SQS::Queue.QueueUrl" -> queueUrl(name);
                    case "AWS::EFS::FileSystem.Arn" ->
                            arn("elasticfilesystem", "file-system/fs-" + hexadecimal(resource, 17));
                    case "AWS::EFS::FileSystem.FileSystemId" -> "fs-" + hexadecimal(resource, 17);
                    case "AWS::EFS::AccessPoint.Arn" ->
                            arn(
                                    "elasticfilesystem",
                                    "access-point/fsap-" + hexadecimal(resource, 17));
                    case "AWS::EFS::AccessPoint.AccessPointId" ->
                            "fsap-" + hexadecimal(resource, 17);
                    case "AWS::RDS::DBInstance.Endpoint.Address" ->
                            surroundings.reach().databaseHost();
                    case "AWS::RDS::DBProxy.Endpoint" -> surroundings.reach().databaseProxyHost();
                    case "AWS::RDS::DBInstance.Endpoint.Port" ->
                            Integer.toString(surroundings.reach().databasePort());
                    case "AWS::RDS::DBInstance.DBInstanceArn" -> arn("rds", "db:" + name);
                    case "AWS::RDS::DBInstance.DbiResourceId" ->
                            "db-" + hexadecimal(resource, 26).toUpperCase(Locale.ROOT);
                    case "AWS::RDS::DBInstance.MasterUserSecret.SecretArn" ->
                            secretArn(masterSecretName(resource));
                    case "AWS::RDS::DBProxy.DBProxyArn" ->
                            arn("rds", "db-proxy:prx-" + hexadecimal(resource, 17));
                    case "AWS::RDS::DBProxyTargetGroup.TargetGroupArn" ->
                            arn("rds", "target-group:prx-tg-" + hexadecimal(resource, 17));
                    case "AWS::SecretsManager::Secret.Id" -> secretArn(name);
                    case "AWS::Events::Rule.Arn" -> arn("events", "rule/" + name);
                    default -> null;
                });
    }

    /// What SAM makes beside a resource and a template may ask for, such as a function's role.
    Optional<String> generated(String logicalId, Map<String, Resource> resources) {
        if (resources.containsKey(logicalId)) {
            return Optional.empty();
        }
        if (owner(logicalId, "Role", "AWS::Serverless::Function", resources).isPresent()) {
            return Optional.of(surroundings.stackName() + "-" + logicalId);
        }
        return owner(logicalId, ".Stage", "AWS::Serverless::Api", resources)
                .flatMap(it -> it.properties().get("StageName"))
                .map(scope::text);
    }

    private static Optional<Resource> owner(
            String logicalId, String suffix, String type, Map<String, Resource> resources) {
        if (!logicalId.endsWith(suffix)) {
            return Optional.empty();
        }
        var name = logicalId.substring(0, logicalId.length() - suffix.length());
        return Optional.ofNullable(resources.get(name)).filter(it -> it.type().equals(type));
    }

    String apiId(Resource resource) {
        return hexadecimal(resource, 10);
    }

    String arn(String service, String rest) {
        return "arn:aws:%s:%s:%s:%s"
                .formatted(service, surroundings.region(), surroundings.accountId(), rest);
    }

    static String masterSecretName(Resource database) {
        return "rds!" + database.logicalId();
    }

    private Optional<Reach.Answer> answer(Resource resource) {
        return Optional.ofNullable(
                surroundings.reach().customResources().get(resource.logicalId()));
    }

    private String queueUrl(String name) {
        return surroundings.reach().sqs() + "/" + surroundings.accountId() + "/" + name;
    }

    private String secretArn(String name) {
        return arn("secretsmanager", "secret:" + name + "-local0");
    }

    /// An id as AWS would draw it, the same in every run.
    private String hexadecimal(Resource resource, int length) {
        var digits = new StringBuilder();
        for (int part = 0; digits.length() < length; part++) {
            var seed = surroundings.stackName() + "/" + resource.logicalId() + "/" + part;
            digits.append(HexFormat.of().toHexDigits(seed.hashCode() * 0x9E3779B9));
        }
        return digits.substring(0, length);
    }
}

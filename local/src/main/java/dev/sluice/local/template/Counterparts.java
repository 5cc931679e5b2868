package dev.sluice.local.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The explicit list of what has no counterpart on one machine, and what of it a template uses.
final class Counterparts {
    /// Types left out: who may do what, networks, keys, watching.
    private static final Set<String> NONE =
            Set.of(
                    "AWS::ApiGateway::Account",
                    "AWS::CloudWatch::Alarm",
                    "AWS::CloudWatch::CompositeAlarm",
                    "AWS::CloudWatch::Dashboard",
                    "AWS::EC2::SecurityGroup",
                    "AWS::EC2::SecurityGroupEgress",
                    "AWS::EC2::SecurityGroupIngress",
                    "AWS::EC2::VPCEndpoint",
                    "AWS::EFS::MountTarget",
                    "AWS::IAM::ManagedPolicy",
                    "AWS::IAM::Policy",
                    "AWS::IAM::Role",
                    "AWS::KMS::Alias",
                    "AWS::KMS::Key",
                    "AWS::Lambda::Permission",
                    "AWS::Logs::LogGroup",
                    "AWS::Logs::MetricFilter",
                    "AWS::RDS::DBParameterGroup",
                    "AWS::RDS::DBSubnetGroup",
                    "AWS::S3::BucketPolicy",
                    "AWS::SNS::Subscription",
                    "AWS::SNS::Topic",
                    "AWS::SNS::TopicPolicy",
                    "AWS::SQS::QueuePolicy",
                    "AWS::SecretsManager::ResourcePolicy",
                    "AWS::SecretsManager::RotationSchedule",
                    "AWS::SecretsManager::SecretTargetAttachment");

    private final Set<String> types = new TreeSet<>();
    private final Map<String, Set<String>> properties = new TreeMap<>();

    static boolean none(String type) {
        return NONE.contains(type);
    }

    void leaveOut(String type) {
        types.add(type);
    }

    void leaveOut(String type, List<String> names) {
        if (!names.isEmpty()) {
            properties.computeIfAbsent(type, _ -> new TreeSet<>()).addAll(names);
        }
    }

    /// What was left out, every entry said once.
    List<String> announcements() {
        var lines = new ArrayList<String>();
        if (!types.isEmpty()) {
            lines.add("No counterpart on one machine, left out: " + String.join(", ", types) + ".");
        }
        properties.forEach((type, names) ->
                lines.add(
                        "No counterpart on one machine for %s of %s."
                                .formatted(String.join(", ", names), type)));
        return lines;
    }
}

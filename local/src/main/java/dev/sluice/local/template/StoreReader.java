package dev.sluice.local.template;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/// Reads what keeps data: buckets, queues, the database, file systems, secrets.
final class StoreReader {
    private final Scope scope;
    private final Assembly assembly;

    StoreReader(Scope scope, Assembly assembly) {
        this.scope = scope;
        this.assembly = assembly;
    }

    void bucket(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "AccessControl",
                        "BucketEncryption",
                        "IntelligentTieringConfigurations",
                        "InventoryConfigurations",
                        "LifecycleConfiguration",
                        "LoggingConfiguration",
                        "MetricsConfigurations",
                        "OwnershipControls",
                        "PublicAccessBlockConfiguration",
                        "Tags");
        fields.text("BucketName");
        var name = scope.attributes().name(resource);
        boolean versioned =
                fields.inner("VersioningConfiguration")
                        .flatMap(it -> it.oneOf("Status", "Enabled", "Suspended"))
                        .equals(Optional.of("Enabled"));
        assembly.add(new Stack.Bucket(resource.logicalId(), name, versioned));
        fields.inner("NotificationConfiguration")
                .ifPresent(it ->
                        new EventReader(scope, assembly)
                                .notifications(resource.logicalId(), name, it));
        fields.finish();
    }

    void queue(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "KmsDataKeyReusePeriodSeconds",
                        "KmsMasterKeyId",
                        "MaximumMessageSize",
                        "RedriveAllowPolicy",
                        "SqsManagedSseEnabled",
                        "Tags");
        fields.text("QueueName");
        assembly.add(
                new Stack.Queue(
                        resource.logicalId(),
                        scope.attributes().name(resource),
                        seconds(fields, "VisibilityTimeout", 0, 43_200, 30),
                        seconds(fields, "MessageRetentionPeriod", 60, 1_209_600, 345_600),
                        seconds(fields, "DelaySeconds", 0, 900, 0),
                        fields.flag("FifoQueue", false),
                        fields.flag("ContentBasedDeduplication", false),
                        deadLetters(fields)));
        fields.finish();
    }

    private Optional<Stack.DeadLetters> deadLetters(Fields fields) {
        var policy =
                fields.value("RedrivePolicy")
                        .map(it -> it instanceof Value.Text text ? parsed(text) : it)
                        .map(it -> Fields.of(it, fields.name() + ".RedrivePolicy"));
        if (policy.isEmpty()) {
            return Optional.empty();
        }
        var arn = policy.get().requiredText("deadLetterTargetArn");
        var place = policy.get().place();
        assembly.link(() -> assembly.queue(arn, place));
        int count =
                policy.get()
                        .number("maxReceiveCount", 1, 1_000)
                        .orElseThrow(() -> policy.get().missing("maxReceiveCount"));
        policy.get().finish();
        return Optional.of(new Stack.DeadLetters(arn.substring(arn.lastIndexOf(':') + 1), count));
    }

    private static Value parsed(Value.Text json) {
        try {
            var entries = new LinkedHashMap<String, Value>();
            JSON.std
                    .mapFrom(json.text())
                    .forEach((key, value) ->
                            entries.put(key, new Value.Text(value.toString(), json.place())));
            return new Value.Mapping(entries, json.place());
        } catch (IOException notJson) {
            throw new DocumentException(json.place(), "RedrivePolicy is not a JSON object");
        }
    }

    private static Duration seconds(Fields fields, String key, int least, int most, int otherwise) {
        return Duration.ofSeconds(fields.number(key, least, most).orElse(otherwise));
    }

    void database(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "AllocatedStorage",
                        "AllowMajorVersionUpgrade",
                        "AutoMinorVersionUpgrade",
                        "AvailabilityZone",
                        "BackupRetentionPeriod",
                        "CACertificateIdentifier",
                        "CopyTagsToSnapshot",
                        "DBInstanceClass",
                        "DBParameterGroupName",
                        "DBSubnetGroupName",
                        "DatabaseInsightsMode",
                        "DeleteAutomatedBackups",
                        "DeletionProtection",
                        "EnableCloudwatchLogsExports",
                        "EnableIAMDatabaseAuthentication",
                        "EnablePerformanceInsights",
                        "EngineVersion",
                        "Iops",
                        "KmsKeyId",
                        "MasterUserSecret",
                        "MaxAllocatedStorage",
                        "MonitoringInterval",
                        "MonitoringRoleArn",
                        "MultiAZ",
                        "PerformanceInsightsKMSKeyId",
                        "PerformanceInsightsRetentionPeriod",
                        "PreferredBackupWindow",
                        "PreferredMaintenanceWindow",
                        "PubliclyAccessible",
                        "StorageEncrypted",
                        "StorageThroughput",
                        "StorageType",
                        "Tags",
                        "VPCSecurityGroups");
        fields.oneOf("Engine", "postgres");
        fields.text("DBInstanceIdentifier");
        // a port of this machine is found when the server starts
        fields.text("Port");
        fields.text("MasterUserPassword");
        fields.flag("ManageMasterUserPassword", false);
        var database =
                new Stack.Database(
                        resource.logicalId(),
                        fields.text("DBName").orElse("postgres"),
                        fields.requiredText("MasterUsername"));
        assembly.add(database, resource.place());
        fields.finish();
    }

    void databaseProxy(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "Auth",
                        "DebugLogging",
                        "RoleArn",
                        "Tags",
                        "VpcSecurityGroupIds",
                        "VpcSubnetIds");
        fields.text("DBProxyName");
        fields.oneOf("EngineFamily", "POSTGRESQL");
        var idle = seconds(fields, "IdleClientTimeout", 1, 28_800, 1_800);
        assembly.add(
                new Stack.DatabaseProxy(
                        resource.logicalId(),
                        idle,
                        pool(Optional.empty()),
                        fields.flag("RequireTLS", /* otherwise= */ false),
                        fields.oneOf("DefaultAuthScheme", "IAM_AUTH", "NONE")
                                .equals(Optional.of("IAM_AUTH"))),
                resource.place());
        fields.finish();
    }

    void databaseProxyTargets(Resource resource) {
        // one proxy, one database: that they are each other's is taken for granted
        var fields = assembly.properties(resource, "DBClusterIdentifiers", "DBInstanceIdentifiers");
        fields.text("DBProxyName");
        fields.oneOf("TargetGroupName", "default");
        var pool = pool(fields.inner("ConnectionPoolConfigurationInfo"));
        assembly.link(() -> assembly.set(pool));
        fields.finish();
    }

    /// AWS's own numbers where nothing is said.
    private static Stack.ConnectionPool pool(Optional<Fields> fields) {
        int most = percent(fields, "MaxConnectionsPercent").orElse(100);
        return new Stack.ConnectionPool(
                most,
                percent(fields, "MaxIdleConnectionsPercent").orElse(most / 2),
                fields.map(it -> seconds(it, "ConnectionBorrowTimeout", 1, 3_600, 120))
                        .orElse(Duration.ofMinutes(2)));
    }

    private static Optional<Integer> percent(Optional<Fields> fields, String key) {
        return fields.flatMap(it -> it.number(key, 0, 100));
    }

    void fileSystem(Resource resource) {
        assembly.properties(
                        resource,
                        "AvailabilityZoneName",
                        "BackupPolicy",
                        "BypassPolicyLockoutSafetyCheck",
                        "Encrypted",
                        "FileSystemPolicy",
                        "FileSystemProtection",
                        "FileSystemTags",
                        "KmsKeyId",
                        "LifecyclePolicies",
                        "PerformanceMode",
                        "ProvisionedThroughputInMibps",
                        "ThroughputMode")
                .finish();
    }

    void accessPoint(Resource resource) {
        // the folder behind it is given as it is; who may write there, FunctionReader asks
        assembly.properties(
                        resource,
                        "AccessPointTags",
                        "ClientToken",
                        "FileSystemId",
                        "PosixUser",
                        "RootDirectory")
                .finish();
    }

    void secret(Resource resource) {
        assembly.counterparts()
                .leaveOut(
                        resource.type(),
                        resource.properties().entries().keySet().stream()
                                .filter(Set.of("KmsKeyId", "ReplicaRegions")::contains)
                                .toList());
        new DynamicReferences(scope).value(resource);
    }
}

package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.util.Optional;

/// The doors to the shared file system. Roles have no counterpart on one machine; who may write is
/// told by the user that an access point makes of everyone, as the file system itself would.
final class AccessPoints {
    private static final String TYPE = "AWS::EFS::AccessPoint";

    private final Scope scope;

    AccessPoints(Scope scope) {
        this.scope = scope;
    }

    /// Whether whoever comes this way may write: where he comes as the owner of the folder that the
    /// access point makes.
    boolean mayWrite(String arn, Place place) {
        var point =
                scope.template().resources().values().stream()
                        .filter(it -> it.type().equals(TYPE))
                        .filter(it -> scope.attributes().attribute(it, "Arn", place).equals(arn))
                        .findFirst()
                        .orElseThrow(() ->
                                new DocumentException(
                                        place, "the template declares nothing that is " + arn));
        var owner = user(point, "RootDirectory", "CreationInfo", "OwnerUid");
        return owner.isPresent() && owner.equals(user(point, "PosixUser", "Uid"));
    }

    private Optional<String> user(Resource point, String... path) {
        Optional<Value> value = point.properties().get(path[0]);
        for (int at = 1; at < path.length; at++) {
            var name = path[at];
            value =
                    value.map(scope::resolve)
                            .flatMap(it -> Fields.of(it, point.logicalId()).value(name));
        }
        return value.map(scope::text);
    }
}

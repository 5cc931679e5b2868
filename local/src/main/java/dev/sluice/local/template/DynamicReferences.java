package dev.sluice.local.template;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks up `{{resolve:secretsmanager:…}}` among the secrets that the template itself declares.
final class DynamicReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\{\\{resolve:([^}]*)}}");
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private final Scope scope;

    DynamicReferences(Scope scope) {
        this.scope = scope;
    }

    String resolve(String text, Place place) {
        return REFERENCE
                .matcher(text)
                .replaceAll(it -> Matcher.quoteReplacement(look(it.group(1), place)));
    }

    private String look(String reference, Place place) {
        var parts = reference.split(":", -1);
        if (!parts[0].equals("secretsmanager") || parts.length < 2) {
            throw new DocumentException(
                    place, "the dynamic reference {{resolve:" + reference + "}} is not supported");
        }
        // an ARN has seven pieces, a name one
        int afterId = parts[1].equals("arn") ? 8 : 2;
        if (parts.length < afterId) {
            throw new DocumentException(place, "not a secret: " + reference);
        }
        var id = String.join(":", List.of(parts).subList(1, afterId));
        var secret = secret(id, place);
        var key = parts.length > afterId + 1 ? parts[afterId + 1] : "";
        return key.isEmpty() ? secret : member(secret, key, place);
    }

    private String secret(String id, Place place) {
        var attributes = scope.attributes();
        for (var resource : scope.template().resources().values()) {
            if (resource.type().equals("AWS::SecretsManager::Secret")
                    && (id.equals(attributes.name(resource))
                            || id.equals(attributes.reference(resource)))) {
                return value(resource);
            }
            if (resource.type().equals("AWS::RDS::DBInstance")
                    && resource.properties().get("ManageMasterUserPassword").isPresent()
                    && id.equals(
                            attributes.attribute(resource, "MasterUserSecret.SecretArn", place))) {
                return masterSecret(resource);
            }
        }
        throw new DocumentException(place, "the template declares no secret " + id);
    }

    /// The value of a declared secret, generated at the first look.
    String value(Resource resource) {
        var fields = Fields.of(scope.resolve(resource.properties()), resource.logicalId());
        fields.without("Name", "Description", "KmsKeyId", "Tags", "ReplicaRegions");
        var given = fields.text("SecretString");
        var generate = fields.inner("GenerateSecretString");
        if (given.isPresent()) {
            fields.finish();
            return given.get();
        }
        var value =
                scope.surroundings()
                        .secrets()
                        .get(
                                scope.attributes().name(resource),
                                () -> generate.map(this::generated).orElseGet(this::password));
        // asks again, so that every run refuses what is not supported
        generate.ifPresent(this::generated);
        fields.finish();
        return value;
    }

    /// The password of a secret that RDS itself makes.
    String masterSecret(Resource database) {
        var fields = Fields.of(scope.resolve(database.properties()), database.logicalId());
        var user = fields.requiredText("MasterUsername");
        return scope.surroundings()
                .secrets()
                .get(
                        Attributes.masterSecretName(database),
                        () -> json(Map.of("username", user, "password", password())));
    }

    private String password() {
        return characters(32, "\"@/\\ '", /* punctuation= */ false);
    }

    private String generated(Fields fields) {
        int length = fields.number("PasswordLength", 1, 4096).orElse(32);
        var excluded = fields.text("ExcludeCharacters").orElse("");
        boolean punctuation = !fields.flag("ExcludePunctuation", false);
        fields.flag("IncludeSpace", false);
        fields.flag("RequireEachIncludedType", true);
        var password = characters(length, excluded, punctuation);
        var key = fields.text("GenerateStringKey");
        var template = fields.text("SecretStringTemplate");
        if (key.isEmpty() || template.isEmpty()) {
            return password;
        }
        var members = new LinkedHashMap<>(members(template.get(), fields.place()));
        members.put(key.get(), password);
        return json(members);
    }

    private static String characters(int length, String excluded, boolean punctuation) {
        var all = new StringBuilder();
        for (char each = '0'; each <= 'z'; each++) {
            if (Character.isLetterOrDigit(each)) {
                all.append(each);
            }
        }
        all.append(punctuation ? PUNCTUATION : "");
        var allowed =
                all.chars().filter(it -> excluded.indexOf(it) < 0).mapToObj(Character::toString);
        var choice = allowed.toList();
        var random = new SecureRandom();
        var text = new StringBuilder();
        for (int count = 0; count < length; count++) {
            text.append(choice.get(random.nextInt(choice.size())));
        }
        return text.toString();
    }

    private static String member(String secret, String key, Place place) {
        var value = members(secret, place).get(key);
        if (value == null) {
            throw new DocumentException(place, "the secret has no " + key);
        }
        return value.toString();
    }

    private static Map<String, Object> members(String json, Place place) {
        try {
            return JSON.std.mapFrom(json);
        } catch (IOException notJson) {
            throw new DocumentException(place, "the secret is not a JSON object");
        }
    }

    private static String json(Map<String, ?> members) {
        try {
            return JSON.std.asString(members);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.sluice.local.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The signature that a canonical request has to carry.
///
/// Source: AWS General Reference, "Create a signed AWS API request".
public final class SignatureV4 {
    public static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private SignatureV4() {}

    /// Signs a canonical request.
    ///
    /// @param scope `date/region/service/aws4_request`
    /// @param time as the request says it: `20261122T175300Z`
    public static String of(String secretAccessKey, String scope, String time, String canonical) {
        var toSign = String.join("\n", ALGORITHM, time, scope, hash(utf8(canonical)));
        var key = utf8("AWS4" + secretAccessKey);
        for (var part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    /// True when both are the same; takes as long when they are not.
    public static boolean same(String expected, String given) {
        return MessageDigest.isEqual(utf8(expected), utf8(given));
    }

    /// SHA-256 in hexadecimal digits, as canonical requests have it.
    public static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

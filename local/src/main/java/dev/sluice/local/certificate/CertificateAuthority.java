package dev.sluice.local.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// An authority of this run only: its key is never written down.
///
/// Its certificates are X.509 v3 over elliptic curves (RFC 5280, RFC 5480).
public final class CertificateAuthority {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final int SIGNS_CERTIFICATES = 0x04;
    private static final int IP_ADDRESS = 0x87;
    private static final Duration BACK = Duration.ofHours(2);
    private static final Duration LIFE = Duration.ofDays(365);

    private final String name;
    private final KeyPair keys;
    private final Certificate certificate;
    private final Instant now;

    private CertificateAuthority(String name, KeyPair keys, Certificate certificate, Instant now) {
        this.name = name;
        this.keys = keys;
        this.certificate = certificate;
        this.now = now;
    }

    public static CertificateAuthority create(String name, Instant now) {
        try {
            var keys = keys();
            var constraints =
                    extension(BASIC_CONSTRAINTS, Der.sequence(Der.flag(/* value= */ true)));
            var usage = extension(KEY_USAGE, Der.bits(new byte[] {SIGNS_CERTIFICATES}, 2));
            var certificate =
                    certificate(name, keys.getPrivate(), name, keys, now, constraints, usage);
            return new CertificateAuthority(name, keys, certificate, now);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has elliptic curves", e);
        }
    }

    /// A server's key with its certificate.
    ///
    /// @param chain its own first
    public record Identity(PrivateKey key, List<Certificate> chain) {
        public Identity {
            chain = List.copyOf(chain);
        }

        /// The key in PKCS #8.
        public void writeKey(Path file) throws IOException {
            Files.writeString(file, pem("PRIVATE KEY", key.getEncoded()));
        }

        public void writeChain(Path file) throws IOException {
            var text = new StringBuilder();
            for (var each : chain) {
                text.append(pem(each));
            }
            Files.writeString(file, text);
        }

        /// For servers that show this identity.
        public SSLContext context() {
            try {
                var store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                var none = new char[0];
                store.setKeyEntry("server", key, none, chain.toArray(Certificate[]::new));
                var managers = KeyManagerFactory.getInstance("PKIX");
                managers.init(store, none);
                var context = SSLContext.getInstance("TLS");
                context.init(managers.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException("every JDK can serve TLS", e);
            }
        }
    }

    /// An identity for servers at these addresses.
    public Identity identity(List<InetAddress> addresses) {
        try {
            var keys = keys();
            var names =
                    addresses.stream()
                            .map(it -> Der.tagged(IP_ADDRESS, it.getAddress()))
                            .toArray(byte[][]::new);
            var certificate =
                    certificate(
                            name,
                            this.keys.getPrivate(),
                            "server of " + name,
                            keys,
                            now,
                            extension(SUBJECT_ALTERNATIVE_NAME, Der.sequence(names)));
            return new Identity(keys.getPrivate(), List.of(certificate, this.certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has elliptic curves", e);
        }
    }

    /// What clients are to trust, as PEM.
    public void write(Path file) throws IOException {
        Files.writeString(file, pem(certificate));
    }

    private static KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static Certificate certificate(
            String issuer,
            PrivateKey signer,
            String subject,
            KeyPair keys,
            Instant now,
            byte[]... extensions)
            throws GeneralSecurityException {
        var algorithm = Der.sequence(Der.identifier(ECDSA_WITH_SHA256));
        var content =
                Der.sequence(
                        Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
                        Der.integer(new BigInteger(64, new SecureRandom()).add(BigInteger.ONE)),
                        algorithm,
                        name(issuer),
                        Der.sequence(Der.time(now.minus(BACK)), Der.time(now.plus(LIFE))),
                        name(subject),
                        keys.getPublic().getEncoded(),
                        Der.tagged(0xA3, Der.sequence(extensions)));
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer);
        signature.update(content);
        var whole = Der.sequence(content, algorithm, Der.bits(signature.sign(), 0));
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] name(String commonName) {
        return Der.sequence(
                Der.set(Der.sequence(Der.identifier(COMMON_NAME), Der.text(commonName))));
    }

    private static byte[] extension(String identifier, byte[] value) {
        return Der.sequence(
                Der.identifier(identifier), Der.flag(/* value= */ true), Der.octets(value));
    }

    private static String pem(Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("it came from its encoding", e);
        }
    }

    private static String pem(String kind, byte[] content) {
        var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, lines.encodeToString(content), kind);
    }
}

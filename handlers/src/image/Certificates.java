import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/// Adds certificate authorities to a trust store: those of all PEM files of a folder, which may hold
/// many each.
///
/// No public authority signs an RDS instance, so no JDK trusts one by itself.
public final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private Certificates() {}

    /// Arguments: the folder, which need not be there; the trust store.
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        var folder = Path.of(arguments[0]);
        var trustStore = Path.of(arguments[1]);
        var store = KeyStore.getInstance(trustStore.toFile(), PASSWORD);
        int before = store.size();
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, "*.pem")) {
                for (var file : files) {
                    add(file, store);
                }
            }
        }
        if (store.size() == before) {
            System.out.println("no certificates added: Migrate can't verify an RDS instance");
            return;
        }
        try (var out = Files.newOutputStream(trustStore)) {
            store.store(out, PASSWORD);
        }
        System.out.println("certificates added: " + (store.size() - before));
    }

    private static void add(Path file, KeyStore store)
            throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            int number = 0;
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry(file.getFileName() + "-" + number++, certificate);
            }
        }
    }
}

package dev.sluice.local;

import dev.sluice.local.certificate.CertificateAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;

/// The certificate that the database and its proxy show, made anew at each start.
///
/// @param authorityFile what functions are to trust, a PEM file in a folder of its own
/// @param server PostgreSQL's settings for it
record DatabaseIdentity(Path authorityFile, SSLContext context, Map<String, String> server) {
    /// Files for the database go into `postgres`, which must be there before it starts.
    static DatabaseIdentity make(Path data, Path postgres) throws IOException {
        var authority = CertificateAuthority.create("this machine's databases", Instant.now());
        var addresses =
                IntStream.rangeClosed(1, ProxyBesideDatabase.LAST)
                        .mapToObj(it -> InetAddress.ofLiteral("127.0.0." + it))
                        .toList();
        var identity = authority.identity(addresses);
        var folder = Files.createDirectories(data.resolve("tls"));
        var file = folder.resolve("authority.pem");
        authority.write(file);
        Files.createDirectories(postgres);
        var key = postgres.resolve("server.key");
        var chain = postgres.resolve("server.crt");
        Files.deleteIfExists(key);
        Files.createFile(
                key,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        identity.writeKey(key);
        identity.writeChain(chain);
        return new DatabaseIdentity(
                file,
                identity.context(),
                Map.of(
                        "ssl", "on",
                        "ssl_key_file", key.toRealPath().toString(),
                        "ssl_cert_file", chain.toRealPath().toString()));
    }
}

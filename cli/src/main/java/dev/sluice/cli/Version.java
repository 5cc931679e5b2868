package dev.sluice.cli;

import java.io.IOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version that the build wrote beside this class.
final class Version implements IVersionProvider {
    static String number() throws IOException {
        var properties = new Properties();
        try (var content = Version.class.getResourceAsStream("version.properties")) {
            if (content == null) throw new IOException("This build knows no version.");
            properties.load(content);
        }
        return properties.getProperty("version", "unknown");
    }

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"sluice " + number()};
    }
}

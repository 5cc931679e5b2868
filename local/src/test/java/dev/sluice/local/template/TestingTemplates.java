package dev.sluice.local.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Small templates written for one test.
final class TestingTemplates {
    private TestingTemplates() {}

    static Template template(Path folder, String text) throws IOException {
        return Template.read(Files.writeString(folder.resolve("template.yaml"), text));
    }

    static Surroundings surroundings(Path folder, Map<String, String> parameters)
            throws IOException {
        return new Surroundings(
                "demo",
                "eu-west-1",
                "000000000000",
                parameters,
                Secrets.open(folder),
                Reach.NOWHERE);
    }

    static Stack stack(Path folder, String text) throws IOException {
        return template(folder, text).stack(surroundings(folder, Map.of()));
    }
}

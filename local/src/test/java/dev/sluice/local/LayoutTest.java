package dev.sluice.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rooms of this module: each part stands alone, and only the wiring knows them all.
class LayoutTest {
    private static final String ROOT = "dev.sluice.local.";
    private static final List<String> STAND_ALONE =
            List.of("fault", "template", "gateway", "s3", "sqs", "postgres", "proxy", "timer");
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.sluice.local");

    @Test
    void partsDoNotKnowEachOther() {
        for (var part : STAND_ALONE) {
            var others = STAND_ALONE.stream().filter(it -> !it.equals(part)).toList();
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + part + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages(others.toArray(String[]::new)))
                    .check(CLASSES);
        }
    }

    @Test
    void theFoundationsStandOnNothingOfOurs() {
        for (var leaf : List.of("part", "document", "certificate", "signing")) {
            classes()
                    .that()
                    .resideInAPackage(ROOT + leaf)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            ROOT + leaf,
                            "java..",
                            "org.jspecify..",
                            "javax.net.ssl..",
                            "javax.crypto..",
                            "org.snakeyaml..")
                    .check(CLASSES);
        }
    }

    @Test
    void theWiringIsKnownToNobody() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.sluice.local")
                .check(CLASSES);
    }

    @Test
    void nothingKnowsTheProductThatRunsHere() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.sluice.cli..",
                        "dev.sluice.dataset..",
                        "dev.sluice.db..",
                        "dev.sluice.lambda..",
                        "dev.sluice.rows..")
                .check(CLASSES);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    private static String[] packages(String... rooms) {
        return Arrays.stream(rooms)
                .flatMap(it -> Stream.of(ROOT + it + ".."))
                .toArray(String[]::new);
    }
}

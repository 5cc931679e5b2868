package dev.sluice.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The arrows: commands use the stack and the terminal, never the other way round.
final class LayoutTest {
    private final JavaClasses classes =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.sluice.cli");

    @Test
    void hasNoCycles() {
        slices().matching("dev.sluice.cli.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void speaksToTheStackOverItsWiresOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.cli.(*)..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.sluice.cli", "dev.sluice.local..")
                .check(classes);
    }
}

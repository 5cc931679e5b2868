package dev.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The rooms of db and handlers and who may know whom.
class LayoutTest {
    private static final String[] FUNCTIONS = {
        "dev.sluice.intake..",
        "dev.sluice.load..",
        "dev.sluice.sweep..",
        "dev.sluice.failure..",
        "dev.sluice.status..",
        "dev.sluice.uploads..",
        "dev.sluice.authorizer..",
        "dev.sluice.migrate..",
        "dev.sluice.assets.."
    };
    private final JavaClasses house =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    // on the class path for the tests only
                    .withImportOption(location -> !location.contains("dev/sluice/local"))
                    .importPackages("dev.sluice");

    @Test
    void hasNoCircles() {
        slices().matching("dev.sluice.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    void keepsEachFunctionApartFromTheOthers() {
        slices().matching("dev.sluice.(*)..")
                .as("functions")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(inFunctions().negate(), all())
                .ignoreDependency(all(), inFunctions().negate())
                .check(house);
    }

    @Test
    void keepsTheWordsAndTheRowPathFreeOfEverythingElse() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.job")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.postgresql..", "software.amazon..")
                .check(house);
        noClasses()
                .that()
                .resideInAnyPackage("dev.sluice.rows", "dev.sluice.dataset")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "org.postgresql..",
                        "software.amazon..",
                        "dev.sluice.db..",
                        "dev.sluice.lambda")
                .check(house);
    }

    @Test
    void speaksToPostgresOnlyInDb() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.db..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.postgresql..", "org.flywaydb..")
                .check(house);
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.db.migrate")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.flywaydb..")
                .check(house);
    }

    @Test
    void opensOneDoorPerFunction() {
        classes()
                .that()
                .resideInAnyPackage(FUNCTIONS)
                .and()
                .arePublic()
                .should()
                .haveSimpleNameEndingWith("Handler")
                .check(house);
    }

    private static DescribedPredicate<JavaClass> inFunctions() {
        return JavaClass.Predicates.resideInAnyPackage(FUNCTIONS);
    }

    private static DescribedPredicate<JavaClass> all() {
        return DescribedPredicate.alwaysTrue();
    }
}

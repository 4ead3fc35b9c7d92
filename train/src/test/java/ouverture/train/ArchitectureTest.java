package ouverture.train;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The fences inside this module; README.md has the picture.
class ArchitectureTest {
    /// Left to right: a package may use those before it.
    private static final List<String> PACKAGES = List.of(
            "ouverture.train.gradient",
            "ouverture.train.tokenizer",
            "ouverture.train.lesson",
            "ouverture.train",
            "ouverture.train.tune",
            "ouverture.train.recipe");

    private static final JavaClasses TRAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("ouverture.train");

    @Test
    void packagesUseOnlyThoseToTheirLeft() {
        for (int i = 0; i + 1 < PACKAGES.size(); i++) {
            noClasses()
                    .that()
                    .resideInAPackage(PACKAGES.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(PACKAGES.subList(i + 1, PACKAGES.size()).toArray(String[]::new))
                    .check(TRAIN);
        }
        noClasses()
                .that()
                .resideInAPackage("ouverture.train.tokenizer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ouverture.train.gradient")
                .check(TRAIN);
        classes().should().resideInAnyPackage(PACKAGES.toArray(String[]::new)).check(TRAIN);
    }

    /// Gradients are those of any family: none is named.
    @Test
    void onlyRecipesAndTuningKnowTheFamilies() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ouverture.train.recipe", "ouverture.train.tune")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ouverture.model.family")
                .check(TRAIN);
    }

    /// The kernels have the threads; and nothing that differs from run to run decides anything.
    @Test
    void noThreadsAndNoChance() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .callMethod(Math.class, "random")
                .check(TRAIN);
    }

    @Test
    void aLibraryIsSilentAndDoesNotEndTheProcess() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(TRAIN);
        noClasses().should().callMethod(System.class, "exit", int.class).check(TRAIN);
    }

    @Test
    void publicClassesAreClosed() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(TRAIN);
    }
}

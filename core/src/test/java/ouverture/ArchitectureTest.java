package ouverture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.error.OuvertureException;

/// The fences inside core that `module-info.java` cannot draw; ARCHITECTURE.md has the picture.
class ArchitectureTest {
    /// Left to right: a room may use the rooms before it.
    private static final List<String> ROOMS = List.of(
            "ouverture.error",
            "ouverture.tensor..",
            "ouverture.file..",
            "ouverture.text..",
            "ouverture.constrain",
            "ouverture.model",
            "ouverture.model.family",
            "ouverture.generate..",
            "ouverture");

    private static final String[] UP_TO_FAMILIES = {
        "ouverture.error", "ouverture.file..", "ouverture.text..", "ouverture.constrain", "ouverture.model.."
    };

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("ouverture");

    @TestFactory
    Stream<DynamicTest> roomsUseOnlyRoomsToTheirLeft() {
        return IntStream.range(0, ROOMS.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        ROOMS.get(i),
                        () -> noClasses()
                                .that()
                                .resideInAPackage(ROOMS.get(i))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage(
                                        ROOMS.stream().skip(i + 1L).toArray(String[]::new)))
                                .allowEmptyShould(i == ROOMS.size() - 1)
                                .check(CORE)));
    }

    @Test
    void everyClassLivesInARoom() {
        classes().should().resideInAnyPackage(ROOMS.toArray(String[]::new)).check(CORE);
    }

    @Test
    void onlyTheEngineKnowsTheFamilies() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ouverture", "ouverture.model.family")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ouverture.model.family")
                .check(CORE);
    }

    @Test
    void familiesSayWhatAndNotHow() {
        noClasses()
                .that()
                .resideInAPackage("ouverture.model.family")
                .should()
                .dependOnClassesThat(describe(
                        "are Kernels, number formats, native memory or concurrency",
                        type -> type.getFullName().matches("ouverture\\.tensor\\.(.*Kernels.*|DType|BlockCodec.*)")
                                || isNativeMemory(type)
                                || isConcurrency(type)))
                .check(CORE);
    }

    @Test
    void textAndGenerationKnowNoNativeMemory() {
        noClasses()
                .that()
                .resideInAnyPackage("ouverture.text..", "ouverture.constrain", "ouverture.generate..")
                .should()
                .dependOnClassesThat(describe("are native memory", ArchitectureTest::isNativeMemory))
                .check(CORE);
    }

    @Test
    void threadsBelongToKernelsSchedulerAndEngine() {
        noClasses()
                .that()
                .resideInAnyPackage(UP_TO_FAMILIES)
                .should()
                .dependOnClassesThat(describe("are concurrency", ArchitectureTest::isConcurrency))
                .check(CORE);
    }

    @Test
    void jsonIsReadInFilesAndTextOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ouverture.file..", "ouverture.text..", "ouverture.constrain", "ouverture")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson..")
                .check(CORE);
    }

    @Test
    void noShortcutsRoundTheLanguage() {
        noClasses()
                .should()
                .dependOnClassesThat(describe(
                        "are Unsafe, JDK internals, incubating, thread-local, reflection or serialization",
                        type -> type.getPackageName().matches("sun\\..*|jdk\\.internal.*|jdk\\.incubator.*")
                                || type.getPackageName().equals("java.lang.reflect")
                                || type.isAssignableTo(ThreadLocal.class)
                                || type.isAssignableTo(java.io.ObjectInputStream.class)))
                .check(CORE);
        noMethods().should().haveModifier(JavaModifier.NATIVE).check(CORE);
    }

    /// Loading a vocabulary may borrow the pool that all programs share; a step of the network never does.
    @Test
    void parallelStreamsOnlyLoadVocabularies() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ouverture.text")
                .should()
                .callMethodWhere(
                        are(describe("parallel streams", call -> call.getName().matches("parallel|parallelStream"))))
                .check(CORE);
    }

    @Test
    void aLibraryIsSilentAndDoesNotEndTheProcess() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CORE);
        noClasses().should().callMethod(System.class, "exit", int.class).check(CORE);
    }

    @Test
    void noStaticState() {
        fields().that()
                .areStatic()
                .and(written())
                .should()
                .beFinal()
                .andShould()
                .notHaveRawType(describe(
                        "a mutable type",
                        type -> type.getPackageName().equals("java.util.concurrent.atomic")
                                || type.getName().matches("java\\.util\\.(\\w+\\.)?\\w*(HashMap|ArrayList|HashSet)")))
                .check(CORE);
        fields().that()
                .areStatic()
                .and(written())
                .and()
                .haveRawType(describe("arrays", JavaClass::isArray))
                .should()
                .notBePublic()
                .check(CORE);
    }

    /// Rooms may use exceptions of their own as long as nobody else sees them.
    @Test
    void publicExceptionsAreOurs() {
        classes()
                .that()
                .areAssignableTo(Throwable.class)
                .and()
                .arePublic()
                .should()
                .beAssignableTo(OuvertureException.class)
                .andShould()
                .resideInAPackage("ouverture.error")
                .check(CORE);
    }

    @Test
    void publicClassesOfTheRoomsAreClosed() {
        classes()
                .that()
                .resideOutsideOfPackage("ouverture.error")
                .and()
                .arePublic()
                .and()
                .areNotInterfaces()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .orShould(be(describe(
                        "sealed or an enumeration with bodies",
                        type -> type.isEnum() || type.reflect().isSealed())))
                .check(CORE);
    }

    private static DescribedPredicate<JavaField> written() {
        return describe("are written in source", field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    private static boolean isNativeMemory(JavaClass type) {
        return type.getPackageName().equals("java.lang.foreign");
    }

    private static boolean isConcurrency(JavaClass type) {
        boolean concurrent = type.getPackageName().startsWith("java.util.concurrent")
                && !type.getSimpleName().equals("ThreadLocalRandom");
        return concurrent || type.isAssignableTo(Thread.class);
    }
}

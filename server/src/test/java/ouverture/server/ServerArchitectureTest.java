package ouverture.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The fences inside the server.
class ServerArchitectureTest {
    /// Left to right: a room may use the rooms before it. APIs stand beside each other.
    private static final List<List<String>> ROOMS = List.of(
            List.of(
                    "ouverture.server.field",
                    "ouverture.server.key",
                    "ouverture.server.http",
                    "ouverture.server.history"),
            List.of("ouverture.server.api", "ouverture.server.metric", "ouverture.server.model"),
            List.of("ouverture.server.answer"),
            List.of(
                    "ouverture.server.openai",
                    "ouverture.server.anthropic",
                    "ouverture.server.ollama",
                    "ouverture.server.own"),
            List.of("ouverture.server.helidon"),
            List.of("ouverture.server"));

    private static final JavaClasses SERVER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("ouverture.server");

    @TestFactory
    Stream<DynamicTest> roomsUseOnlyRoomsToTheirLeft() {
        return IntStream.range(0, ROOMS.size())
                .boxed()
                .flatMap(i -> ROOMS.get(i).stream()
                        .map(room -> DynamicTest.dynamicTest(room, () -> {
                            String[] closed = Stream.concat(
                                            ROOMS.get(i).stream().filter(other -> !other.equals(room)),
                                            ROOMS.stream().skip(i + 1L).flatMap(List::stream))
                                    .toArray(String[]::new);
                            noClasses()
                                    .that()
                                    .resideInAPackage(room)
                                    .should()
                                    .dependOnClassesThat()
                                    .resideInAnyPackage(closed)
                                    .allowEmptyShould(closed.length == 0)
                                    .check(SERVER);
                        })));
    }

    @Test
    void theHttpLibraryStaysInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ouverture.server.helidon")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.helidon..")
                .check(SERVER);
    }

    @Test
    void theMetricsLibraryStaysInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ouverture.server.metric")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(SERVER);
    }

    @Test
    void modelsAreReachedThroughOneDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ouverture.server", "ouverture.server.model")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("ouverture.Engine")
                .check(SERVER);
    }

    @Test
    void aLibraryIsSilentAndDoesNotEndTheProcess() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(SERVER);
        noClasses().should().callMethod(System.class, "exit", int.class).check(SERVER);
    }
}

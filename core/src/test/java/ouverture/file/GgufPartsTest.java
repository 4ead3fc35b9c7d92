package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;

class GgufPartsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anyPartOpensTheWhole(int part) {
        writeAll();
        try (ModelFile file = ModelFile.open(path(part))) {
            assertThat(file.tensors().keySet()).containsExactly("t0", "t1", "t2");
            assertThat(file.metadata().integer("only.in.first")).isEqualTo(7);
            assertThat(file.path()).isEqualTo(path(0));
            Soundness.check(file.tensors().values());
        }
    }

    @Test
    void theFolderOfAllPartsOpensToo() {
        writeAll();
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.tensors()).hasSize(3);
        }
    }

    @Test
    void aMissingPartIsNamed() throws IOException {
        writeAll();
        Files.delete(path(1));
        assertRefused("Part 2 of 3 is missing", "model-00002-of-00003.gguf");
    }

    @Test
    void aPartInPlaceOfAnotherIsNamed() throws IOException {
        writeAll();
        Files.write(path(2), part(1).bytes());
        assertRefused("model-00003-of-00003.gguf is not part 3 of 3", "part 2 of 3");
    }

    @Test
    void aPartOfAnotherArchitectureIsNamed() {
        writeAll();
        part(2).with("general.architecture", "other").write(path(2));
        assertRefused("model-00003-of-00003.gguf belongs to another model");
    }

    @Test
    void aPartWithTensorsOfAnotherPartIsRefused() {
        writeAll();
        header(2).randomTensor("t1", 9, 8).write(path(2));
        assertRefused("two of its parts have the tensor \"t1\"");
    }

    @Test
    void aPartWithTooManyTensorsIsRefused() {
        writeAll();
        part(2).randomTensor("t3", 9, 8).write(path(2));
        assertRefused("4 tensors", "3 were written");
    }

    @Test
    void aRenamedPartSaysItsName() throws IOException {
        writeAll();
        Path renamed = Files.move(path(1), folder.resolve("other.gguf"));
        assertThatThrownBy(() -> GgufFile.open(renamed))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("-00002-of-00003.gguf");
    }

    @Test
    void aPartBeyondTheLastIsRefused() {
        Path path = GgufFixture.of("test")
                .with("split.no", 3)
                .with("split.count", 3)
                .write(path(0));
        assertThatThrownBy(() -> GgufFile.open(path)).hasMessageContaining("part 4 of 3");
    }

    private void assertRefused(String... complaints) {
        assertThatThrownBy(() -> GgufFile.open(path(0)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll(complaints);
    }

    private void writeAll() {
        part(0).with("only.in.first", 7).write(path(0));
        part(1).write(path(1));
        part(2).write(path(2));
    }

    private Path path(int part) {
        return folder.resolve("model-0000" + (part + 1) + "-of-00003.gguf");
    }

    private static GgufFixture part(int part) {
        return header(part).randomTensor("t" + part, part, 8, 2);
    }

    private static GgufFixture header(int part) {
        return GgufFixture.of("test")
                .with("split.no", part)
                .with("split.count", 3)
                .with("split.tensors.count", 3);
    }
}

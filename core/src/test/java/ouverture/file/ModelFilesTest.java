package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;

class ModelFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "version https://git-lfs.github.com/spec/v1,git lfs pull",
        "PK\u0003\u0004abc,zip archive",
        "lmggxxxx,before GGUF",
        "tjggxxxx,before GGUF",
        "<!DOCTYPE html><html>,does not start with the letters GGUF",
        "GG,truncated"
    })
    void otherFilesAreCalledWhatTheyAre(String start, String complaint) throws IOException {
        Path path = Files.write(folder.resolve("model.gguf"), start.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ModelFile.open(path).close())
                .isInstanceOf(OuvertureException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aMissingFileAndAnEmptyFolderAreNamed() {
        Path missing = folder.resolve("missing.gguf");
        assertThatThrownBy(() -> ModelFile.open(missing).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("missing.gguf");
        assertThatThrownBy(() -> ModelFile.open(folder).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("holds no model");
    }

    @Test
    void emptyFilesAndDevicesAreRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        assertThatThrownBy(() -> ModelFile.open(empty).close()).hasMessageContaining("truncated");
        assertThatThrownBy(() -> ModelFile.open(Path.of("/dev/null")).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("/dev/null");
    }

    @Test
    void theOnlyGgufFileInAFolderIsOpened() {
        GgufFixture.of("test").write(folder.resolve("model.gguf"));
        GgufFixture.of("clip").write(folder.resolve("mmproj-model.gguf"));
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.metadata().architecture()).isEqualTo("test");
        }
        GgufFixture.of("test").write(folder.resolve("another.gguf"));
        assertThatThrownBy(() -> ModelFile.open(folder).close())
                .hasMessageContaining("2 GGUF models")
                .hasMessageContaining("another.gguf");
    }
}

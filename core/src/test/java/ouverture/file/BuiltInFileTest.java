package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ouverture.Engine;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.tensor.Tensor;

/// Models that are no files. This module has none, as a build without the default model.
class BuiltInFileTest {
    private static final Path NAME = ModelFile.BUILT_IN;

    @Test
    void aBuildWithoutAModelSaysSo() {
        assertThatThrownBy(Engine::openDefault)
                .isInstanceOf(ModelFileException.class)
                .hasMessage("There is no model default here: this build was made without default-model/model.gguf."
                        + " Name a model file, write ./default if you mean a file of yours, or build again with that"
                        + " file.");
    }

    @Test
    void aPointerInPlaceOfTheModelIsNamed() {
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> ModelFiles.checkNotOther(NAME, pointer))
                .hasMessage("default is only a Git LFS pointer to the model: run git lfs pull.");
    }

    @Test
    void bytesInMemoryAreReadAsAFileIs() throws Exception {
        Path path = Shared.path("models/stories260K/stories260K.gguf");
        byte[] bytes = Files.readAllBytes(path);
        try (GgufFile read = GgufFile.of(NAME, bytes);
                GgufFile mapped = GgufFile.open(path)) {
            assertThat(read.path()).isEqualTo(NAME);
            assertThat(read.weightFiles()).isEmpty();
            assertThat(read.fileBytes()).isEqualTo(mapped.fileBytes()).isEqualTo(bytes.length);
            assertThat(read.metadata().values().keySet())
                    .isEqualTo(mapped.metadata().values().keySet());
            assertThat(read.tensors().keySet()).isEqualTo(mapped.tensors().keySet());
            for (Tensor tensor : read.tensors().values()) {
                MemorySegment other = mapped.tensors().get(tensor.name()).data();
                assertThat(tensor.data().mismatch(other)).isEqualTo(-1);
            }
        }
    }

    @Test
    void aTruncatedModelIsNamed() throws Exception {
        byte[] bytes = Files.readAllBytes(Shared.path("models/stories260K/stories260K.gguf"));

        assertThatThrownBy(() -> GgufFile.of(NAME, Arrays.copyOf(bytes, bytes.length / 2)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("default is truncated");
        assertThatThrownBy(() -> GgufFile.of(NAME, new byte[0])).isInstanceOf(ModelFileException.class);
    }
}

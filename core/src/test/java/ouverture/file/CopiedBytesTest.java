package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// A folder is refused before it takes more memory than there is, so what it will take must be known.
class CopiedBytesTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt-oss", "gpt2", "llama3", "mixtral", "phi3", "qwen3moe", "deepseek2-v3"})
    void copiesAreForeseen(String name) {
        Path folder = Shared.path("conformance/safetensors/" + name);
        try (Arena arena = Arena.ofConfined();
                SafetensorsFolder model = SafetensorsFolder.open(folder)) {
            SafetensorsHeader header = SafetensorsHeader.read(folder.resolve("model.safetensors"), arena);
            HuggingFaceFamily family = HuggingFaceFamilies.of(HuggingFaceConfig.read(folder.resolve("config.json")));
            long foreseen = new TensorTranslation(family, model.metadata(), null, arena).copiedBytes(header);
            long copied = model.tensors().values().stream()
                    .filter(tensor -> !tensor.data().isMapped() && tensor.rows() > 1)
                    .mapToLong(Tensor::bytes)
                    .sum();
            assertThat(foreseen).isCloseTo(copied, withinPercentage(2));
        }
    }

    @Test
    void matricesThatNobodyHasAreNotTurned() {
        try (Arena arena = Arena.ofConfined()) {
            int rows = TensorChange.MOST_TRANSPOSED + 1;
            Tensor endless = Tensor.matrix("w", DType.I8, rows, 2, arena.allocate(2L * rows));
            assertThatThrownBy(() -> TensorChange.transposed(endless, arena))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining(String.valueOf(rows));
        }
    }
}

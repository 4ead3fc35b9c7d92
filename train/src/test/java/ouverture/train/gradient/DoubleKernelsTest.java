package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.file.ModelFile;
import ouverture.model.Expected;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.family.Families;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// The reference of the gradients' tests against another one, the float64 logits of the conformance data.
class DoubleKernelsTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama2", "llama3", "mistral", "mixtral", "qwen2", "qwen3", "qwen3moe", "gpt-oss"})
    void logitsAreThoseOfAnotherReference(String name) {
        Expected expected = Expected.of("models", name);
        Expected.Prompt prompt = expected.prompts().get(1);
        int length = prompt.tokens().length;
        try (Arena arena = Arena.ofShared();
                ModelFile file = ModelFile.open(expected.model())) {
            Model model = Families.load(file, expected.context());
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, length, model.cacheShapes());
            int[] rows = IntStream.range(0, length).toArray();
            Batch batch = new Batch(prompt.tokens(), rows, new int[length], new int[][] {{0}}, rows);
            DoubleKernels kernels = new DoubleKernels(arena);
            Tensor logits = model.forward(new ForwardPass(kernels, batch, cache, kernels));
            DoubleKernels.View view = kernels.view(logits);
            for (int r = 0; r < prompt.exact().length; r++) {
                for (int v = 0; v < logits.columns(); v++) {
                    assertThat(view.at((prompt.rowsFrom() + r) * logits.columns() + v))
                            .isCloseTo(prompt.exact()[r][v], Offset.offset(2e-5));
                }
            }
        }
    }
}

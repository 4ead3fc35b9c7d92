package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.KernelSets;
import ouverture.Shared;
import ouverture.file.ModelFile;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;

/// Gradients of whole networks, of the conformance data's tiny ones: their forward pass in double precision
/// agrees with an independent engine's logits ([DoubleKernelsTest]), and its central differences are what the
/// gradients are compared with.
class FamilyGradientsTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama2", "llama3", "mistral", "mixtral", "qwen2", "qwen3", "qwen3moe", "gpt-oss"})
    void gradientsAreCentralDifferences(String name) {
        try (Arena arena = Arena.ofShared();
                ModelFile file = ModelFile.open(Shared.path("conformance/models/" + name + ".gguf"));
                Kernels scalar = KernelSets.choose("scalar").create(new KernelsOptions(1, Activations.F32));
                Kernels fastest = KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(2, Activations.F32));
                Kernels other = KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(3, Activations.F32))) {
            Map<String, Tensor> weights = floats(arena, file);
            Model model = Families.of(file.metadata()).loader().load(file.metadata(), new Weights(name, weights), 64);
            Map<String, Tensor> trained = new LinkedHashMap<>(weights);
            trained.remove("rope_freqs.weight"); // read when the model is loaded
            TrainingBatch batch =
                    GradientCheck.documents(weights.get("token_embd.weight").rows(), new Random(5), 19, 2, 7);
            GradientCheck check = new GradientCheck(model, trained.values(), batch, 0.3);
            Map<String, float[]> gradients = check.gradients(scalar, false);
            check.check(gradients, 2e-4, 1);
            Map<String, float[]> again = check.gradients(fastest, false);
            check.check(again, 2e-4, 0);
            assertSame(check.gradients(other, true), again);
        }
    }

    private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
        expected.forEach(
                (name, gradient) -> assertThat(actual.get(name)).as(name).isEqualTo(gradient));
    }

    /// All weights as floats in memory of their own.
    static Map<String, Tensor> floats(Arena arena, ModelFile file) {
        Map<String, Tensor> weights = new HashMap<>();
        for (Tensor tensor : List.copyOf(file.tensors().values())) {
            float[] values = new float[Math.toIntExact(tensor.size())];
            BlockCodec.of(tensor.type()).decode(tensor.data(), 0, values, 0, values.length);
            weights.put(
                    tensor.name(),
                    DoubleKernels.floats(
                            arena, tensor.name(), tensor.planes(), tensor.rows(), tensor.columns(), values));
        }
        return weights;
    }
}

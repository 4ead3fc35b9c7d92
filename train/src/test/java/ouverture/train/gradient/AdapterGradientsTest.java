package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.KernelSets;
import ouverture.Shared;
import ouverture.file.AdapterFile;
import ouverture.file.LowRankUpdate;
import ouverture.file.ModelFile;
import ouverture.file.RandomAdapter;
import ouverture.model.AdapterWeights;
import ouverture.model.Adapters;
import ouverture.model.Model;
import ouverture.model.family.Families;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;

/// Gradients of adapters on all linear layers, those of experts and the output matrix too, against central
/// differences in double
/// precision; the model's own weights may be quantised.
class AdapterGradientsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "models/llama3",
                "models/mixtral",
                "models/gpt2",
                "models/qwen3moe",
                "models/gpt-oss",
                "quants/llama-F16",
                "quants/llama-BF16",
                "quants/llama-Q8_0",
                "quants/llama-Q4_0",
                "quants/llama-Q4_K",
                "quants/llama-MXFP4"
            })
    void gradientsAreCentralDifferences(String name) {
        try (ModelFile file = ModelFile.open(Shared.path("conformance/" + name + ".gguf"));
                Kernels scalar = KernelSets.choose("scalar").create(new KernelsOptions(1, Activations.F32));
                Kernels fastest = KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(2, Activations.F32));
                Kernels other = KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(3, Activations.F32))) {
            Model model = Families.load(file, 64);
            List<String> names = AdapterWeights.adaptable(model, file.tensors()).stream()
                    .filter(each -> !each.equals("token_embd.weight"))
                    .toList();
            AdapterFile adapter = RandomAdapter.of(file, 5, 3, names);
            List<Tensor> trained = new ArrayList<>();
            for (LowRankUpdate update : adapter.updates()) {
                trained.add(named(update.down(), update.name() + ".lora_a"));
                trained.add(named(update.up(), update.name() + ".lora_b"));
            }
            TrainingBatch batch = GradientCheck.documents(
                    file.tensors().get("token_embd.weight").rows(), new Random(5), 19, 2, 7);
            Adapters adapters = Adapters.of(new AdapterWeights("random", adapter.updates(), file.tensors()));
            GradientCheck check = new GradientCheck(model, trained, batch, 0, adapters);
            Map<String, float[]> gradients = check.gradients(scalar, false);
            check.check(gradients, 3e-4, 0);
            Map<String, float[]> again = check.gradients(fastest, false);
            check.check(again, 3e-4, 0);
            check.gradients(other, true)
                    .forEach((each, gradient) -> assertThat(gradient).as(each).isEqualTo(again.get(each)));
        }
    }

    private static Tensor named(Tensor tensor, String name) {
        return new Tensor(name, tensor.type(), tensor.planes(), tensor.rows(), tensor.columns(), tensor.data());
    }
}

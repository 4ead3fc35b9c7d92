package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.EngineOptions.Activations;
import ouverture.EngineOptions.CacheFormat;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufFixture;
import ouverture.file.GptOssExport;
import ouverture.file.ModelFile;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// A model that was written as a Hugging Face folder and read back is the same model.
class ExportedModelTest {
    private static final EngineOptions EXACT = EngineOptions.DEFAULT
            .withKernels("scalar")
            .withActivations(Activations.F32)
            .withCache(CacheFormat.F32)
            .withThreads(1);
    private static final int[] PROMPT = {
        436, 5, 200, 17, 301, 42, 8, 99, 250, 64, 7, 7, 411, 3, 120, 77, 9, 31, 2, 140, 6, 12, 300, 44, 18, 25, 90, 33
    };

    @TempDir
    private Path folder;

    private Path exported(Path source, DType type) {
        Path out = folder.resolve("out");
        try (ModelFile model = ModelFile.open(source)) {
            assertThat(GptOssExport.of(model, type).write(out, Map.of(), () -> false))
                    .isTrue();
        }
        return out;
    }

    private static float[] numbers(Tensor tensor) {
        float[] numbers = new float[Math.toIntExact(tensor.size())];
        BlockCodec.of(tensor.type()).decode(tensor.data(), 0, numbers, 0, numbers.length);
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"conformance/models/gpt-oss.gguf", "conformance/safetensors/gpt-oss"})
    void everyWeightAndEveryLogitStay(String name) {
        Path source = Shared.path(name);

        Path out = exported(source, DType.F32);

        try (ModelFile before = ModelFile.open(source);
                ModelFile after = ModelFile.open(out)) {
            assertThat(after.tensors().keySet()).isEqualTo(before.tensors().keySet());
            before.tensors().forEach((key, tensor) -> {
                Tensor written = Objects.requireNonNull(after.tensors().get(key));
                assertThat(written.type()).isEqualTo(DType.F32);
                assertThat(numbers(written)).as(key).isEqualTo(numbers(tensor));
            });
        }
        try (Engine before = Engine.open(source, EXACT);
                Engine after = Engine.open(out, EXACT)) {
            assertThat(after.logits(PROMPT, true)).isDeepEqualTo(before.logits(PROMPT, true));
        }
    }

    @Test
    void sixteenBitsAreTheNearestOnes() {
        Path source = Shared.path("conformance/models/gpt-oss.gguf");

        Path out = exported(source, DType.BF16);

        try (ModelFile before = ModelFile.open(source);
                ModelFile after = ModelFile.open(out)) {
            before.tensors().forEach((key, tensor) -> {
                float[] exact = numbers(tensor);
                float[] rounded = numbers(Objects.requireNonNull(after.tensors().get(key)));
                for (int i = 0; i < exact.length; i++) {
                    assertThat(Math.abs(rounded[i] - exact[i])).as(key).isLessThanOrEqualTo(Math.abs(exact[i]) / 256);
                }
            });
            assertThat(numbers(Objects.requireNonNull(after.tensors().get("blk.0.ffn_up_exps.weight"))))
                    .as("MXFP4 fits BF16")
                    .isEqualTo(numbers(Objects.requireNonNull(before.tensors().get("blk.0.ffn_up_exps.weight"))));
        }
    }

    @Test
    void whoStopsFindsNothing() {
        Path out = folder.resolve("out");
        try (ModelFile model = ModelFile.open(Shared.path("conformance/models/gpt-oss.gguf"))) {
            assertThat(GptOssExport.of(model, DType.F32).write(out, Map.of(), () -> true))
                    .isFalse();
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void whatAFolderCannotSayIsRefused() {
        refused(GgufFixture.of("llama"), UnsupportedModelException.class, "only gpt-oss can be written");
        refused(GgufFixture.of("gpt-oss"), ModelFileException.class, "has no tensor \"token_embd.weight\"");
        GgufFixture more = GgufFixture.copyOf(Shared.path("conformance/models/gpt-oss.gguf"));
        refused(
                more.with("gpt-oss.rope.scaling.type", "longrope"),
                UnsupportedModelException.class,
                "rotates positions");
    }

    @Test
    void aTensorWithoutNameIsRefused() {
        GgufFixture more = GgufFixture.copyOf(Shared.path("conformance/models/gpt-oss.gguf"));
        refused(
                more.randomTensor("rope_freqs.weight", 1, 8),
                UnsupportedModelException.class,
                "has the tensor \"rope_freqs.weight\", which has no name in a Hugging Face folder.");
    }

    private void refused(GgufFixture file, Class<? extends RuntimeException> kind, String complaint) {
        try (ModelFile model = ModelFile.open(file.write(folder.resolve("m.gguf")))) {
            assertThatThrownBy(() -> GptOssExport.of(model, DType.F32))
                    .isInstanceOf(kind)
                    .hasMessageContaining(complaint);
        }
    }
}

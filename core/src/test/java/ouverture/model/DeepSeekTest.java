package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The family deepseek2 beyond its logits, which [ModelConformance] compares.
class DeepSeekTest {
    private static final DeepSeekModels.Sizes SIZES = new DeepSeekModels.Sizes(8, 2, 6, 2, 5);
    private static final int[] TOKENS = {3, 1, 4, 1, 5};

    @TempDir
    Path folder;

    @Test
    void bothLayoutsOfAttentionGiveTheSameLogits() {
        int[] tokens = IntStream.range(0, 40).map(i -> i * 37 % 512).toArray();
        float[][] split = Logits.of(Shared.path("conformance/models/deepseek2-v3.gguf"), tokens);
        float[][] whole = Logits.of(Shared.path("conformance/models/deepseek2-v3-legacy.gguf"), tokens);
        double[] difference = Expected.difference(split, whole);
        assertThat(difference[0]).as("max").isLessThan(5e-4);
        assertThat(difference[1]).as("rms").isLessThan(5e-5);
    }

    /// Keys of a quantised `attn_kv_b` cannot be transposed as they are.
    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "F16", "BF16"})
    void quantisedProjectionsAreSplitWithoutLoss(DType type) {
        UnaryOperator<float[]> rounded = numbers -> {
            MemorySegment bytes = encode(type, numbers);
            BlockCodec.of(type).decode(bytes, 0, numbers, 0, numbers.length);
            return numbers;
        };
        float[][] quantised = Logits.of(legacyWith(type, numbers -> numbers), TOKENS);
        float[][] exact = Logits.of(legacyWith(DType.F32, rounded), TOKENS);
        assertThat(quantised).isDeepEqualTo(exact);
    }

    /// The conformance model in the older layout with other projections.
    private Path legacyWith(DType type, UnaryOperator<float[]> change) {
        try (ModelFile file = ModelFile.open(Shared.path("conformance/models/deepseek2-v3-legacy.gguf"))) {
            GgufFixture copy = GgufFixture.of("deepseek2");
            file.metadata().values().forEach((key, value) -> {
                if (key.startsWith("deepseek2.")) {
                    copy.with(key, value);
                }
            });
            for (Tensor tensor : file.tensors().values()) {
                boolean projection = tensor.name().endsWith("attn_kv_b.weight");
                MemorySegment data = projection
                        ? encode(type, change.apply(tensor.data().toArray(ValueLayout.JAVA_FLOAT)))
                        : tensor.data();
                copy.tensor(
                        tensor.name(),
                        projection ? type : tensor.type(),
                        data.toArray(ValueLayout.JAVA_BYTE),
                        tensor.columns(),
                        tensor.rows(),
                        tensor.planes());
            }
            return copy.write(folder.resolve(type + ".gguf"));
        }
    }

    private static MemorySegment encode(DType type, float[] numbers) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) type.bytes(numbers.length)]);
        BlockCodec.of(type).encode(numbers, 0, bytes, 0, numbers.length);
        return bytes;
    }

    @Test
    void layersThatPredictFurtherTokensAreLeftOut() {
        float[][] logits = Logits.of(DeepSeekModels.kimi(SIZES, 1).write(folder.resolve("a.gguf")), TOKENS);
        Path longer = DeepSeekModels.kimi(SIZES, 1)
                .with("deepseek2.block_count", 3)
                .with("deepseek2.nextn_predict_layers", 1)
                .write(folder.resolve("b.gguf"));
        assertThat(Logits.of(longer, TOKENS)).isDeepEqualTo(logits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "expert_used_count|7|chooses 7 of 6 experts",
                "expert_used_count|0|expert_used_count is 0",
                "expert_group_count|4|6 experts",
                "expert_gating_func|9|expert_gating_func is 9",
                "attention.head_count|1073741826|head_count is 1073741826",
                "attention.key_length_mla|2|rope.dimension_count is 2",
                "attention.kv_lora_rank|9|attn_kv_a_mqa",
                "block_count|3|blk.2.",
                "leading_dense_block_count|2|ffn_gate.weight",
                "attention.temperature_scale|1|by position",
            })
    void headersThatCannotBeAreRefusedInOneSentence(String key, int value, String complaint) {
        Path file =
                DeepSeekModels.kimi(SIZES, 1).with("deepseek2." + key, value).write(folder.resolve("model.gguf"));
        assertThatThrownBy(() -> Logits.of(file, TOKENS))
                .isInstanceOf(OuvertureException.class)
                .hasMessageContaining(complaint)
                .message()
                .matches("[^\\p{Cntrl}]{20,300}\\.");
    }

    @Test
    void aMissingSettingIsNamed() {
        Path file = GgufFixture.of("deepseek2")
                .with("deepseek2.embedding_length", 8)
                .with("deepseek2.attention.layer_norm_rms_epsilon", 1e-6f)
                .write(folder.resolve("model.gguf"));
        assertThatThrownBy(() -> Logits.of(file, TOKENS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("has no deepseek2.attention.head_count");
    }
}

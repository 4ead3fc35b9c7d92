package ouverture.file.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

class QuantizationPlanTest {
    private static final int LAYERS = 16;

    @TempDir
    private Path folder;

    /// A Llama of 16 layers with all roles that the rules tell apart.
    private Path llama(int experts, int keyHeads, int columns, boolean tied) {
        GgufFixture fixture = GgufFixture.of("llama")
                .with("llama.block_count", LAYERS)
                .with("llama.attention.head_count", 8)
                .with("llama.attention.head_count_kv", keyHeads)
                .with("llama.expert_count", experts)
                .randomTensor("token_embd.weight", 1, columns, 2)
                .randomTensor("output_norm.weight", 2, columns);
        if (!tied) {
            fixture.randomTensor("output.weight", 3, columns, 2);
        }
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_output"}) {
                fixture.randomTensor("blk." + layer + "." + name + ".weight", layer, columns, 2);
            }
            String kind = experts > 0 ? "_exps" : "";
            long[] sizes = experts > 0 ? new long[] {columns, 2, experts} : new long[] {columns, 2};
            fixture.randomTensor("blk." + layer + ".ffn_down" + kind + ".weight", layer, sizes);
            fixture.randomTensor("blk." + layer + ".ffn_gate_inp.weight", layer, columns, 2);
        }
        return fixture.write(folder.resolve("llama.gguf"));
    }

    private static Map<String, DType> types(Path path, FileType type) {
        try (ModelFile model = ModelFile.open(path)) {
            Map<String, DType> types = new LinkedHashMap<>();
            QuantizationPlan.of(model, Map.of(), type, false)
                    .steps()
                    .forEach(step -> types.put(step.tensor().name(), step.to()));
            return types;
        }
    }

    /// Layers in which a tensor has a format, as `0-3 7`.
    private static String layers(Map<String, DType> types, String name, DType type) {
        return IntStream.range(0, LAYERS)
                .filter(layer -> types.get("blk." + layer + "." + name + ".weight") == type)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    /// Expectations by hand from the description of the mixtures: the first and last eighth of 16 layers are 0, 1
    /// and 14, 15; the thirds between are 4, 7, 10 and 13.
    @ParameterizedTest
    @CsvSource(textBlock = """
            Q4_K_M, attn_v,      Q6_K, 0 1 4 7 10 13 14 15
            Q4_K_M, ffn_down,    Q6_K, 0 1 4 7 10 13 14 15
            Q5_K_M, attn_v,      Q6_K, 0 1 4 7 10 13 14 15
            Q5_K_M, ffn_down,    Q5_K, 2 3 5 6 8 9 11 12
            Q4_K_S, attn_v,      Q5_K, 0 1 2 3
            Q4_K_S, ffn_down,    Q5_K, 0 1
            Q3_K_M, attn_v,      Q5_K, 0 1
            Q3_K_M, ffn_down,    Q5_K, 0
            Q3_K_M, attn_output, Q4_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            Q3_K_M, attn_q,      Q3_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            Q3_K_L, ffn_down,    Q5_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            Q3_K_L, attn_output, Q5_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            Q3_K_S, ffn_down,    Q3_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            Q2_K,   attn_v,      Q3_K, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            IQ4_XS, ffn_down,    Q5_K, 0 1
            IQ4_NL, attn_v,      IQ4_NL, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            """)
    void layersThatMatterGetMoreBits(FileType type, String name, DType expected, String layers) {
        assertThat(layers(types(llama(0, 4, 256, false), type), name, expected)).isEqualTo(layers);
    }

    @Test
    void valuesThatManyQueriesShareGetMoreBits() {
        Path path = llama(0, 2, 256, false);

        assertThat(types(path, FileType.Q2_K)).containsEntry("blk.5.attn_v.weight", DType.Q4_K);
        assertThat(types(path, FileType.IQ4_XS)).containsEntry("blk.5.attn_v.weight", DType.Q5_K);
    }

    @Test
    void besideEightExpertsAttentionIsSmall() {
        assertThat(types(llama(8, 4, 256, false), FileType.Q4_K_M))
                .containsEntry("blk.5.attn_v.weight", DType.Q8_0)
                .containsEntry("blk.5.attn_k.weight", DType.Q8_0)
                .containsEntry("blk.5.attn_q.weight", DType.Q4_K)
                .containsEntry("blk.5.attn_output.weight", DType.Q5_K)
                .containsEntry("blk.4.ffn_down_exps.weight", DType.Q6_K)
                .containsEntry("blk.5.ffn_down_exps.weight", DType.Q4_K)
                .containsEntry("blk.5.ffn_gate_inp.weight", DType.F32);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q4_K_M", "Q2_K", "IQ4_XS"})
    void theLastMatrixGetsSixBitsAlsoWhereItIsTheFirst(FileType type) {
        assertThat(types(llama(0, 4, 256, false), type))
                .containsEntry("output.weight", DType.Q6_K)
                .containsEntry("token_embd.weight", type.base())
                .containsEntry("output_norm.weight", DType.F32);
        assertThat(types(llama(0, 4, 256, true), type)).containsEntry("token_embd.weight", DType.Q6_K);
    }

    @ParameterizedTest
    @CsvSource({
        "Q2_K, 96, Q4_0", "Q3_K_M, 96, Q4_0", "Q4_K_M, 96, Q5_0", "Q5_K_M, 96, Q5_1", "Q6_K, 96, Q8_0",
        "IQ4_XS, 96, IQ4_NL", "Q4_0, 96, Q4_0", "Q8_0, 48, F16", "Q4_K_M, 48, F16", "BF16, 48, BF16"
    })
    void rowsThatBlocksDoNotDivideGetAFormatThatFits(FileType type, int columns, DType expected) {
        assertThat(types(llama(0, 4, columns, false), type)).containsEntry("blk.5.attn_q.weight", expected);
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeCanBePlanned(FileType type) {
        Path path = llama(4, 4, 256, false);
        try (ModelFile model = ModelFile.open(path)) {
            QuantizationPlan plan = QuantizationPlan.of(model, Map.of(), type, false);
            assertThat(plan.bytesAfter()).isLessThanOrEqualTo(plan.bytesBefore());
            assertThat(plan.elements())
                    .isEqualTo(model.tensors().values().stream()
                            .mapToLong(Tensor::size)
                            .sum());
        }
    }

    @Test
    void keysOfTheOldFileAloneAreLeftOut() {
        Path path = GgufFixture.of("llama")
                .alignment(64)
                .with("split.count", 1)
                .with("general.file_type", 99)
                .with("general.name", "kept")
                .randomTensor("a.weight", 1, 32, 2)
                .write(folder.resolve("a.gguf"));
        try (ModelFile model = ModelFile.open(path)) {
            QuantizationPlan plan = QuantizationPlan.of(model, Map.of("added", 7L), FileType.Q8_0, false);
            assertThat(plan.values())
                    .containsOnlyKeys(
                            "general.architecture",
                            "general.file_type",
                            "general.name",
                            "added",
                            "general.quantization_version");
        }
    }

    @Test
    void halvesOfVectorsBecomeWhole() {
        Path path = GgufFixture.of("llama")
                .tensor("output_norm.weight", DType.BF16, new byte[64], 32)
                .tensor("blk.0.attn_q.weight", DType.BF16, new byte[128], 32, 2)
                .write(folder.resolve("a.gguf"));

        assertThat(types(path, FileType.BF16))
                .containsEntry("output_norm.weight", DType.F32)
                .containsEntry("blk.0.attn_q.weight", DType.BF16);
    }

    @Test
    void quantisedWeightsAreRefusedUnlessAskedFor() {
        try (ModelFile model = ModelFile.open(Shared.path("conformance/quants/llama-Q5_0.gguf"))) {
            assertThatThrownBy(() -> QuantizationPlan.of(model, Map.of(), FileType.Q4_K_M, false))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining("llama-Q5_0.gguf is quantised already (token_embd.weight is Q5_0)")
                    .hasMessageContaining("--requantize");
            assertThat(QuantizationPlan.of(model, Map.of(), FileType.Q4_K_M, true)
                            .steps())
                    .anyMatch(QuantizationPlan.Step::requantizes);
            assertThat(QuantizationPlan.of(model, Map.of(), FileType.F32, false).steps())
                    .as("nothing is lost by that")
                    .noneMatch(QuantizationPlan.Step::requantizes);
        }
    }

    @Test
    void whatCannotBeQuantisedIsSaid() {
        refuses(GgufFixture.of("clip").randomTensor("a.weight", 1, 32, 2), FileType.Q8_0)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("picture encoder");
        refuses(GgufFixture.of("llama"), FileType.Q8_0)
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("no weights");
        refuses(GgufFixture.of("llama").randomTensor("a.weight", 1, 32, 2), FileType.MXFP4)
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("experts");
        refuses(GgufFixture.of("llama").tensor("a.weight", DType.I32, new byte[256], 32, 2), FileType.F16)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("I32");
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refuses(
            GgufFixture fixture, FileType type) {
        Path path = fixture.write(folder.resolve("refused.gguf"));
        return assertThatThrownBy(() -> types(path, type));
    }

    @Test
    void namesOfTypesAreThoseOfOthers() {
        for (FileType type : FileType.values()) {
            assertThat(FileType.of(type.name().toLowerCase(java.util.Locale.ROOT)))
                    .isEqualTo(type);
        }
        assertThat(FileType.of("q4_k")).isEqualTo(FileType.Q4_K_M);
        assertThat(FileType.of("MXFP4_MOE")).isEqualTo(FileType.MXFP4);
        assertThatThrownBy(() -> FileType.of("IQ3_XXS"))
                .isInstanceOf(OuvertureException.class)
                .hasMessageContaining("can be read here but not written")
                .hasMessageContaining(
                        Arrays.stream(FileType.values()).map(FileType::name).collect(Collectors.joining(", ")));
        assertThatThrownBy(() -> FileType.of("Q9_9")).hasMessageContaining("no type that can be written");
    }
}

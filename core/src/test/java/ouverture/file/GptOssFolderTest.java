package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.OuvertureException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The experts of gpt-oss in the layouts that they are published in.
class GptOssFolderTest {
    private static final String CONFIG = """
            {"architectures":["GptOssForCausalLM"],"hidden_size":64,"num_attention_heads":2,"num_hidden_layers":1,
            "intermediate_size":64,"layer_types":["sliding_attention"],"swiglu_limit":7.0}""";
    private static final String EXPERTS = "model.layers.0.mlp.experts.";

    @TempDir
    Path folder;

    @BeforeEach
    void smallConfig() {
        config(CONFIG);
    }

    @Test
    void blocksAndScalesBecomeBlocksOfGateAndUp() {
        byte[] blocks = new byte[2 * 4 * 2 * 16];
        byte[] scales = new byte[2 * 4 * 2];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (byte) (i * 37);
        }
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (byte) (120 + i);
        }
        new SafetensorsWriter()
                .tensor(EXPERTS + "gate_up_proj_blocks", "U8", blocks, 2, 4, 2, 16)
                .tensor(EXPERTS + "gate_up_proj_scales", "U8", scales, 2, 4, 2)
                .write(folder.resolve("model.safetensors"));
        float[] levels = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, 0, -0.5f, -1, -1.5f, -2, -3, -4, -6};
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.tensors()).containsOnlyKeys("blk.0.ffn_gate_exps.weight", "blk.0.ffn_up_exps.weight");
            float[][] decoded = {
                decoded(file, "blk.0.ffn_gate_exps.weight", 256), decoded(file, "blk.0.ffn_up_exps.weight", 256)
            };
            for (int i = 0; i < 512; i++) {
                int row = i / 64;
                int nibble = blocks[i / 2] >> i % 2 * 4 & 15;
                float expected = levels[nibble] * (float) Math.pow(2, (scales[i / 32] & 255) - 127);
                assertThat(decoded[row % 2][row / 2 * 64 + i % 64]).isEqualTo(expected);
            }
        }
    }

    @Test
    void matricesOfSixteenBitsAreTurned() {
        byte[] halves = new byte[2 * 3 * 4 * 2];
        for (int i = 0; i < halves.length / 2; i++) {
            // the upper half of an F32 is its BF16
            int bits = Float.floatToIntBits(i);
            halves[2 * i] = (byte) (bits >> 16);
            halves[2 * i + 1] = (byte) (bits >> 24);
        }
        new SafetensorsWriter()
                .tensor(EXPERTS + "gate_up_proj", "BF16", halves, 2, 3, 4)
                .tensor(EXPERTS + "down_proj", "BF16", halves, 2, 3, 4)
                .tensor(EXPERTS + "gate_up_proj_bias", "BF16", new byte[16], 2, 4)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(decoded(file, "blk.0.ffn_gate_exps.weight", 12))
                    .containsExactly(0, 4, 8, 2, 6, 10, 12, 16, 20, 14, 18, 22);
            assertThat(decoded(file, "blk.0.ffn_up_exps.weight", 12))
                    .containsExactly(1, 5, 9, 3, 7, 11, 13, 17, 21, 15, 19, 23);
            Tensor down = tensor(file, "blk.0.ffn_down_exps.weight");
            assertThat(new int[] {down.planes(), down.rows(), down.columns()}).containsExactly(2, 4, 3);
            Tensor bias = tensor(file, "blk.0.ffn_up_exps.bias");
            assertThat(new int[] {bias.planes(), bias.rows(), bias.columns()}).containsExactly(1, 2, 2);
            assertThat(bias.type()).isEqualTo(DType.F32);
        }
    }

    @Test
    void piecesThatDoNotFitAreRefused() {
        SafetensorsWriter blocks =
                new SafetensorsWriter().tensor(EXPERTS + "gate_up_proj_blocks", "U8", new byte[64], 1, 2, 2, 16);
        refused(blocks, "do not belong together");
        refused(blocks.tensor(EXPERTS + "gate_up_proj_scales", "U8", new byte[3], 1, 3, 1), "do not belong together");
        refused(
                new SafetensorsWriter().tensor(EXPERTS + "gate_up_proj_bias", "F32", new byte[12], 1, 3),
                "3 rows, which are not pairs");
        refused(
                new SafetensorsWriter()
                        .tensor(EXPERTS + "down_proj", "BF16", new byte[8], 1, 2, 2)
                        .tensor(EXPERTS + "down_proj_blocks", "U8", new byte[16], 1, 1, 1, 16)
                        .tensor(EXPERTS + "down_proj_scales", "U8", new byte[1], 1, 1, 1),
                "two tensors for blk.0.ffn_down_exps.weight");
    }

    @Test
    void settingsThatChangeTheMathematicsAreRefused() {
        SafetensorsWriter nothing = new SafetensorsWriter().randomTensor("lm_head.weight", 1, 2, 2);
        config(CONFIG.replace("sliding_attention", "full_attention"));
        refused(nothing, "layer_types");
        config(CONFIG.replace("7.0", "8.0"));
        refused(nothing, "swiglu_limit is \"8.0\"");
        config(CONFIG.replace("7.0", "7.0,\"quantization_config\":{\"quant_method\":\"fp8\"}"));
        refused(nothing, "quantised by \"fp8\"");
    }

    private void refused(SafetensorsWriter weights, String complaint) {
        weights.write(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> ModelFile.open(folder).close())
                .isInstanceOf(OuvertureException.class)
                .hasMessageContaining(complaint)
                .satisfies(failure -> Soundness.checkSentence((OuvertureException) failure));
    }

    private void config(String json) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Tensor tensor(ModelFile file, String name) {
        return Objects.requireNonNull(file.tensors().get(name));
    }

    private static float[] decoded(ModelFile file, String name, int count) {
        Tensor tensor = tensor(file, name);
        assertThat(tensor.size()).isEqualTo(count);
        float[] numbers = new float[count];
        BlockCodec.of(tensor.type()).decode(tensor.data(), 0, numbers, 0, count);
        return numbers;
    }
}

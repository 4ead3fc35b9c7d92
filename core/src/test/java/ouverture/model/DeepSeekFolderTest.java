package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.SafetensorsWriter;

/// Folders as DeepSeek V3, R1 and Kimi K2 are published: 8-bit weights with factors, BF16 norms, further layers.
class DeepSeekFolderTest {
    private static final int[] TOKENS = {3, 1, 4, 1, 5};
    private static final int EXPERTS = 4;
    private static final int BLOCK_ROWS = 4;
    private static final int BLOCK_COLUMNS = 8;

    @TempDir
    Path folder;

    /// Writes one model in a chosen number format.
    private final class Weights {
        private final SafetensorsWriter file = new SafetensorsWriter();
        private final boolean eightBits;
        private final boolean powersOfTwo;
        private final Random random = new Random(7);

        Weights(boolean eightBits, boolean powersOfTwo) {
            this.eightBits = eightBits;
            this.powersOfTwo = powersOfTwo;
        }

        /// A matrix of 8-bit numbers, or of what they stand for.
        void matrix(String name, int rows, int columns) {
            int scaleRows = Math.ceilDiv(rows, BLOCK_ROWS);
            int scaleColumns = Math.ceilDiv(columns, BLOCK_COLUMNS);
            float[] scales = new float[scaleRows * scaleColumns];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = powersOfTwo ? (float) Math.pow(2, -random.nextInt(3)) : random.nextFloat() + 0.1f;
            }
            byte[] numbers = new byte[rows * columns];
            float[] exact = new float[rows * columns];
            for (int i = 0; i < numbers.length; i++) {
                int exponent = random.nextInt(8);
                int mantissa = random.nextInt(8);
                int sign = random.nextInt(2);
                numbers[i] = (byte) (sign << 7 | exponent << 3 | mantissa);
                // E4M3: 1.mmm x 2^(e - 7), and 0.mmm x 2^-6 where e is 0
                double magnitude = exponent == 0
                        ? mantissa / 8.0 * Math.pow(2, -6)
                        : (1 + mantissa / 8.0) * Math.pow(2, exponent - 7.0);
                int block = i / columns / BLOCK_ROWS * scaleColumns + i % columns / BLOCK_COLUMNS;
                exact[i] = (float) (sign == 0 ? magnitude : -magnitude) * scales[block];
            }
            if (eightBits) {
                file.tensor(name + ".weight", "F8_E4M3", numbers, rows, columns);
                file.tensor(name + ".weight_scale_inv", "F32", floats(scales), scaleRows, scaleColumns);
            } else {
                file.tensor(name + ".weight", "F32", floats(exact), rows, columns);
            }
        }

        /// A vector of numbers that BF16 can hold.
        void vector(String name, int size) {
            float[] numbers = new float[size];
            byte[] halves = new byte[2 * size];
            for (int i = 0; i < size; i++) {
                int bits = Float.floatToIntBits(0.5f + random.nextFloat()) & 0xffff0000;
                numbers[i] = Float.intBitsToFloat(bits);
                ByteBuffer.wrap(halves).order(ByteOrder.LITTLE_ENDIAN).putShort(2 * i, (short) (bits >> 16));
            }
            file.tensor(name, eightBits ? "BF16" : "F32", eightBits ? halves : floats(numbers), size);
        }

        void layer(String layer, boolean dense) {
            vector(layer + "input_layernorm.weight", 16);
            vector(layer + "post_attention_layernorm.weight", 16);
            matrix(layer + "self_attn.q_a_proj", 6, 16);
            vector(layer + "self_attn.q_a_layernorm.weight", 6);
            matrix(layer + "self_attn.q_b_proj", 2 * 6, 6);
            matrix(layer + "self_attn.kv_a_proj_with_mqa", 10, 16);
            vector(layer + "self_attn.kv_a_layernorm.weight", 8);
            matrix(layer + "self_attn.kv_b_proj", 2 * (4 + 3), 8);
            matrix(layer + "self_attn.o_proj", 16, 2 * 3);
            network(layer + (dense ? "mlp." : "mlp.shared_experts."));
            if (!dense) {
                file.randomTensor(layer + "mlp.gate.weight", 5, EXPERTS, 16);
                vector(layer + "mlp.gate.e_score_correction_bias", EXPERTS);
                for (int e = 0; e < EXPERTS; e++) {
                    network(layer + "mlp.experts." + e + ".");
                }
            }
        }

        void network(String name) {
            matrix(name + "gate_proj", 5, 16);
            matrix(name + "up_proj", 5, 16);
            matrix(name + "down_proj", 16, 5);
        }

        Path write(String name) {
            file.randomTensor("model.embed_tokens.weight", 1, 32, 16).randomTensor("lm_head.weight", 2, 32, 16);
            vector("model.norm.weight", 16);
            layer("model.layers.0.", true);
            layer("model.layers.1.", false);
            layer("model.layers.2.", false);
            file.randomTensor("model.layers.2.eh_proj.weight", 3, 16, 32);
            file.randomTensor("model.layers.2.shared_head.norm.weight", 3, 16);
            return writeFolder(name, file, eightBits ? """
                    "quantization_config":{"activation_scheme":"dynamic","fmt":"e4m3","quant_method":"fp8",
                    "weight_block_size":[4,8]},""" : "");
        }
    }

    private Path writeFolder(String name, SafetensorsWriter weights, String settings) {
        try {
            Path model = Files.createDirectories(folder.resolve(name));
            weights.write(model.resolve("model.safetensors"));
            Files.writeString(model.resolve("config.json"), """
                    {%s"architectures":["DeepseekV3ForCausalLM"],"hidden_size":16,"num_hidden_layers":2,
                    "num_nextn_predict_layers":1,"num_attention_heads":2,"num_key_value_heads":2,
                    "intermediate_size":5,"vocab_size":32,"max_position_embeddings":64,"rms_norm_eps":1e-6,
                    "hidden_act":"silu","attention_bias":false,"moe_layer_freq":1,
                    "q_lora_rank":6,"kv_lora_rank":8,"qk_nope_head_dim":4,"qk_rope_head_dim":2,"v_head_dim":3,
                    "n_routed_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":5,"n_shared_experts":1,
                    "first_k_dense_replace":1,"n_group":2,"topk_group":1,"topk_method":"noaux_tc",
                    "norm_topk_prob":true,"routed_scaling_factor":2.5,"scoring_func":"sigmoid",
                    "rope_theta":10000,"rope_scaling":{"type":"yarn","factor":40,"mscale":1.0,"mscale_all_dim":1.0,
                    "beta_fast":32,"beta_slow":1,"original_max_position_embeddings":16}}""".formatted(settings));
            return model;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] floats(float[] numbers) {
        byte[] bytes = new byte[numbers.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(numbers);
        return bytes;
    }

    @Test
    void eightBitWeightsGiveTheLogitsOfTheirValues() {
        float[][] exact = Logits.of(new Weights(false, true).write("exact"), TOKENS);
        assertThat(Logits.of(new Weights(true, true).write("eight"), TOKENS)).isDeepEqualTo(exact);
        assertThat(exact[0]).doesNotContain(Float.NaN, 0f);
    }

    @Test
    void factorsOfManyDigitsAreRoundedToHalfPrecision() {
        float[][] exact = Logits.of(new Weights(false, false).write("exact"), TOKENS);
        float[][] rounded = Logits.of(new Weights(true, false).write("eight"), TOKENS);
        double spread = Expected.difference(exact, new float[exact.length][32])[1];
        assertThat(Expected.difference(exact, rounded)[1]).isBetween(1e-6, 0.02 * spread);
    }

    @Test
    void eightBitWeightsWithoutTheirFactorsAreRefused() {
        SafetensorsWriter weights = new SafetensorsWriter()
                .tensor("model.layers.0.mlp.up_proj.weight", "F8_E4M3", new byte[80], 5, 16)
                .tensor("model.layers.0.mlp.up_proj.weight_scale_inv", "F32", new byte[8], 1, 2);
        String fp8 = "\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[4,8]},";
        assertThatThrownBy(() -> Logits.of(writeFolder("a", weights, fp8), TOKENS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("up_proj")
                .hasMessageContaining("factors");
        assertThatThrownBy(() -> Logits.of(writeFolder("b", weights, ""), TOKENS))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("up_proj");
        assertThatThrownBy(() -> Logits.of(writeFolder("c", weights, fp8.replace("[4,8]", "[128]")), TOKENS))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("8-bit numbers");
    }

    /// A terabyte of experts, none of which is on the disk, let alone read.
    @Test
    void weightsWhoseCopiesExceedMemoryAreRefusedBeforeTheyAreRead() throws IOException {
        long bytes = 1L << 40;
        SafetensorsWriter weights = new SafetensorsWriter()
                .entry("model.layers.0.mlp.experts.0.up_proj.weight", "BF16", "[524288,1048576]", 0, bytes);
        Path model = writeFolder("large", weights, "");
        try (FileChannel file = FileChannel.open(model.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), file.size() + bytes - 1);
        }
        assertThatThrownBy(() -> Logits.of(model, TOKENS))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("large needs 1048576 MiB of memory")
                .hasMessageContaining("GGUF");
    }

    @Test
    void settingsThatChangeTheMathematicsAreRefused() throws IOException {
        Path model = new Weights(false, true).write("model");
        Path config = model.resolve("config.json");
        String sound = Files.readString(config);
        for (String[] change : new String[][] {
            {"noaux_tc", "group_limited_greedy", "group_limited_greedy"},
            {"sigmoid", "relu", "scores experts by"},
            {"\"mscale\":1.0", "\"mscale\":0.7", "mscale"},
            {"\"attention_bias\":false", "\"attention_bias\":true", "attention_bias"},
        }) {
            Files.writeString(config, sound.replace(change[0], change[1]));
            assertThatThrownBy(() -> Logits.of(model, TOKENS))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(change[2]);
        }
        Files.writeString(config, sound.replace("\"kv_lora_rank\":8,", ""));
        assertThatThrownBy(() -> Logits.of(model, TOKENS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("kv_lora_rank");
    }
}

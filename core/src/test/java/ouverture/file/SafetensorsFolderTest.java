package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

class SafetensorsFolderTest {
    private static final String LLAMA = """
            {"architectures":["LlamaForCausalLM"],"hidden_size":8,"num_attention_heads":2,"num_hidden_layers":1,
            "intermediate_size":6,"vocab_size":5,"max_position_embeddings":64,"rms_norm_eps":1e-5,"rope_theta":500000,
            "bos_token_id":1,"eos_token_id":2,"rope_scaling":null%s}""";
    private static final String GPT2 = """
            {"architectures":["GPT2LMHeadModel"],"n_embd":2,"n_head":1,"n_layer":1,"n_positions":4,"vocab_size":3}""";

    @TempDir
    Path folder;

    private final SafetensorsWriter weights = new SafetensorsWriter();

    @BeforeEach
    void smallLlama() {
        config(LLAMA.formatted(""));
        weights.randomTensor("model.embed_tokens.weight", 1, 5, 8).randomTensor("lm_head.weight", 2, 5, 8);
        weights.write(folder.resolve("model.safetensors"));
    }

    @Test
    void settingsHaveGgufsKeys() {
        assertThat(opened().values())
                .containsEntry("general.architecture", "llama")
                .containsEntry("general.name", folder.getFileName().toString())
                .containsEntry("llama.embedding_length", 8L)
                .containsEntry("llama.block_count", 1L)
                .containsEntry("llama.context_length", 64L)
                .containsEntry("llama.feed_forward_length", 6L)
                .containsEntry("llama.attention.head_count", 2L)
                .containsEntry("llama.attention.head_count_kv", 2L)
                .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5)
                .containsEntry("llama.rope.freq_base", 500_000.0)
                .containsEntry("llama.rope.dimension_count", 4L)
                .containsEntry("tokenizer.ggml.bos_token_id", 1L)
                .containsEntry("tokenizer.ggml.eos_token_id", 2L)
                .doesNotContainKey("llama.rope.scaling.type");
    }

    @Test
    void newerRotarySettingsAreRead() {
        config(LLAMA.formatted("")
                .replace("\"rope_theta\":500000,", "")
                .replace("\"rope_scaling\":null", "\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":7}"));
        assertThat(opened().number("rope.freq_base")).isEqualTo(7);
    }

    @Test
    void yarnAndLinearScalingHaveGgufsKeys() {
        config(LLAMA.formatted("").replace("null", "{\"type\":\"linear\",\"factor\":4}"));
        assertThat(opened().string("rope.scaling.type")).contains("linear");
        assertThat(opened().number("rope.scaling.factor")).isEqualTo(4);
        config(LLAMA.formatted("")
                .replace(
                        "null",
                        "{\"rope_type\":\"yarn\",\"factor\":8,\"beta_fast\":16,"
                                + "\"original_max_position_embeddings\":32}"));
        assertThat(opened().string("rope.scaling.type")).contains("yarn");
        assertThat(opened().integer("rope.scaling.original_context_length")).isEqualTo(32);
        assertThat(opened().number("rope.scaling.yarn_beta_fast")).isEqualTo(16);
        assertThat(opened().has("rope.scaling.attn_factor")).isFalse();
        config(LLAMA.formatted("")
                .replace("null", "{\"type\":\"yarn\",\"factor\":1,\"attention_factor\":3,\"truncate\":false}"));
        assertThat(opened().number("rope.scaling.attn_factor")).isEqualTo(3);
        assertThat(opened().flag("rope.scaling.yarn_truncate", true)).isFalse();
    }

    @Test
    void longScalingIsTwoTensors() {
        for (String name : new String[] {"rope_scaling", "rope_parameters"}) {
            config(LLAMA.formatted(",\"partial_rotary_factor\":0.5,\"original_max_position_embeddings\":16")
                    .replace("LlamaForCausalLM", "Phi3ForCausalLM")
                    .replace(
                            "\"rope_scaling\":null",
                            "\"%s\":{\"type\":\"longrope\",\"long_factor\":[4],\"short_factor\":[2]}".formatted(name)));
            assertThat(opened().integer("rope.scaling.original_context_length")).isEqualTo(16);
            assertThat(opened().integer("rope.dimension_count")).isEqualTo(2);
            assertThat(opened().number("rope.scaling.attn_factor")).isEqualTo((float) Math.sqrt(1.5));
            try (ModelFile file = ModelFile.open(folder)) {
                assertThat(floats(file, "rope_factors_long.weight")).containsExactly(4);
                assertThat(floats(file, "rope_factors_short.weight")).containsExactly(2);
            }
        }
    }

    @Test
    void vectorsOfSixteenBitsBecomeF32() {
        new SafetensorsWriter()
                .tensor("model.norm.weight", "BF16", new byte[] {(byte) 0x80, 0x3f, 0, (byte) 0xc0}, 2)
                .tensor("model.layers.0.mlp.up_proj.bias", "F16", new byte[] {0, 0x3c, 0, (byte) 0xc0}, 2)
                .tensor("model.layers.0.mlp.up_proj.weight", "BF16", new byte[8], 2, 2)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(floats(file, "output_norm.weight")).containsExactly(1, -2);
            assertThat(floats(file, "blk.0.ffn_up.bias")).containsExactly(1, -2);
            assertThat(file.tensors().values()).extracting(Tensor::type).contains(DType.BF16);
        }
    }

    @Test
    void llama3ScalingIsATensor() {
        config(LLAMA.formatted("")
                .replace(
                        "null",
                        "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4,"
                                + "\"original_max_position_embeddings\":64}"));
        try (ModelFile file = ModelFile.open(folder)) {
            Tensor factors = Objects.requireNonNull(file.tensors().get("rope_freqs.weight"));
            assertThat(factors.columns()).isEqualTo(2);
            assertThat(factors.data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null|{\"rope_type\":\"dynamic\",\"factor\":2}|dynamic",
                "null|{\"rope_type\":\"linear\"}|factor",
                "null|{\"rope_type\":\"linear\",\"factor\":-1}|factor",
                "null|{\"rope_type\":\"llama3\",\"factor\":8}|range",
                "null|{\"rope_type\":\"longrope\",\"long_factor\":[1,2]}|short_factor should be 2",
                "null|{\"type\":\"su\",\"long_factor\":[1,-2],\"short_factor\":[1,1]}|long_factor should be 2",
                "null|{\"type\":\"su\",\"long_factor\":[1,2],\"short_factor\":[1]}|short_factor should be 2",
                "null|[]|rope_scaling should be an object",
                "LlamaForCausalLM|FooForCausalLM|FooForCausalLM",
                "\"LlamaForCausalLM\"||\"architectures\"",
                "\"hidden_size\":8|\"hidden_size\":\"8\"|hidden_size should be an integer",
                "\"hidden_size\":8|\"hidden_size\":8.5|hidden_size should be an integer",
                "\"hidden_size\":8|\"hidden_size\":1e400|hidden_size should be an integer",
                "\"num_attention_heads\":2|\"num_attention_heads\":0|num_attention_heads",
                "1e-5|\"small\"|rms_norm_eps should be a number",
                "\"eos_token_id\":2|\"eos_token_id\":[2,\"x\"]|eos_token_id",
                "\"vocab_size\":5|\"vocab_size\":5,\"vocab_size\":6|JSON",
                "\"vocab_size\":5|\"hidden_act\":\"relu\"|hidden_act is \"relu\"",
                "\"vocab_size\":5|\"quantization_config\":{\"quant_method\":\"gptq\"}|gptq",
            })
    void settingsThatCannotBeAreRefused(String from, String to, String complaint) {
        config(LLAMA.formatted("").replace(from, to == null ? "" : to));
        assertRefused(complaint);
    }

    @Test
    void settingsThatAreNoObjectAreRefused() {
        for (String config : new String[] {"", "[]", "{", "{} {}", "{\"a\":" + "[".repeat(100_000)}) {
            config(config);
            assertRefused("config.json");
        }
    }

    @Test
    void whatLiesBesideTheWeightsIsRead() throws IOException {
        write("generation_config.json", """
                {"eos_token_id":[2,4],"temperature":0.6,"top_k":20,"top_p":0.9,"repetition_penalty":1.1}""");
        write("tokenizer_config.json", """
                {"added_tokens_decoder":{"0":{"content":"<s>"}},"add_bos_token":true,
                "chat_template":[{"name":"default","template":"A"},{"name":"tool_use","template":"B"}]}""");
        write("README.md", "---\nlicense: other\nlicense_name: \"house licence\"\ntags:\n- x\n---\nlicense: no\n");
        assertThat(opened().values())
                .containsEntry("tokenizer.ggml.eos_token_id", 2L)
                .containsEntry("tokenizer.ggml.eos_token_ids", new int[] {2, 4})
                .containsEntry("general.sampling.temp", 0.6)
                .containsEntry("general.sampling.top_k", 20L)
                .containsEntry("general.sampling.top_p", 0.9)
                .containsEntry("general.sampling.penalty_repeat", 1.1)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.chat_template", "A")
                .containsEntry("tokenizer.chat_template.tool_use", "B")
                .containsEntry("general.license", "other")
                .containsEntry("general.license.name", "house licence");
        write("chat_template.jinja", "C");
        assertThat(opened().string("tokenizer.chat_template")).contains("C");
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.tokenizerJson()).isEmpty();
            write("tokenizer.json", "{}");
            assertThat(file.tokenizerJson()).contains(folder.resolve("tokenizer.json"));
        }
    }

    @Test
    void tiedOutputsAreLeftOut() {
        config(LLAMA.formatted(",\"tie_word_embeddings\":true"));
        try (ModelFile file = ModelFile.open(folder.resolve("model.safetensors"))) {
            assertThat(file.tensors()).containsOnlyKeys("token_embd.weight");
        }
    }

    @Test
    void keyRowsAndBiasesBecomeNeighbours() {
        weights.tensor("model.layers.0.self_attn.k_proj.weight", "F32", numbers(8), 8, 1)
                .tensor("model.layers.0.self_attn.k_proj.bias", "F32", numbers(8), 8)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(floats(file, "blk.0.attn_k.weight")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
            assertThat(floats(file, "blk.0.attn_k.bias")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        }
    }

    @Test
    void layersOfGpt2AreTransposed() {
        config(GPT2);
        new SafetensorsWriter()
                .tensor("h.0.attn.c_attn.weight", "F32", numbers(12), 2, 6)
                .tensor("h.0.attn.c_attn.bias", "F32", numbers(6), 6)
                .tensor("transformer.h.0.mlp.c_fc.weight", "F16", new byte[80], 2, 20)
                .tensor("h.0.attn.bias", "U8", new byte[16], 1, 1, 4, 4)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.tensors())
                    .containsOnlyKeys("blk.0.attn_qkv.weight", "blk.0.attn_qkv.bias", "blk.0.ffn_up.weight");
            assertThat(floats(file, "blk.0.attn_qkv.weight")).containsExactly(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
            assertThat(floats(file, "blk.0.attn_qkv.bias")).containsExactly(0, 1, 2, 3, 4, 5);
            Tensor up = Objects.requireNonNull(file.tensors().get("blk.0.ffn_up.weight"));
            assertThat(up.rows()).isEqualTo(20);
            assertThat(file.metadata().integer("feed_forward_length")).isEqualTo(8);
        }
    }

    @Test
    void transposingMovesWholeElementsOfAnySize() {
        config(GPT2);
        byte[] numbers = numbers(3 * 37);
        new SafetensorsWriter()
                .tensor("h.0.mlp.c_fc.weight", "F32", numbers, 3, 37)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            float[] turned = floats(file, "blk.0.ffn_up.weight");
            for (int i = 0; i < turned.length; i++) {
                assertThat(turned[i]).isEqualTo(i % 3 * 37 + i / 3);
            }
        }
    }

    @Test
    void tensorsAtOddBytesAreCopied() {
        config(GPT2);
        new SafetensorsWriter()
                .tensor("h.0.attn.bias", "U8", new byte[3], 3)
                .tensor("wte.weight", "F32", numbers(6), 3, 2)
                .write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            Tensor embedding = Objects.requireNonNull(file.tensors().get("token_embd.weight"));
            assertThat(embedding.data().address() % 4).isZero();
            assertThat(floats(file, "token_embd.weight")).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void expertsFollowEachOther() {
        config(LLAMA.formatted(""));
        expert(1, 2).write(folder.resolve("model.safetensors"));
        assertRefused("1 of the 2 tensors");
        expert(0, 2).write(folder.resolve("model.safetensors"));
        try (ModelFile file = ModelFile.open(folder)) {
            Tensor experts = Objects.requireNonNull(file.tensors().get("blk.0.ffn_gate_exps.weight"));
            assertThat(experts.planes()).isEqualTo(2);
            assertThat(floats(file, "blk.0.ffn_gate_exps.weight")).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
        }
        expert(2, 4).write(folder.resolve("model.safetensors"));
        assertRefused("one shape");
    }

    private SafetensorsWriter expert(int number, int rows) {
        return weights.tensor(
                "model.layers.0.block_sparse_moe.experts." + number + ".w1.weight", "F32", numbers(rows * 2), rows, 2);
    }

    @Test
    void tensorsThatAreNotKnownOrFitNotAreRefused() {
        refusedWith("model.layers.0.self_attn.q_norm.weight", "q_norm", 8);
        refusedWith("model.layers.0.self_attn.q_proj.weight", "pairs", 6, 8);
        refusedWith("model.layers.0.self_attn.q_proj.weight", "should be a matrix", 2, 8, 8);
        refusedWith("model.layers.99999999999.mlp.up_proj.weight", "99999999999", 6, 8);
        refusedWith("model.lm_head.weight", "second tensor", 5, 8);
    }

    private void refusedWith(String tensor, String complaint, long... shape) {
        new SafetensorsWriter()
                .randomTensor("lm_head.weight", 2, 5, 8)
                .randomTensor(tensor, 1, shape)
                .write(folder.resolve("model.safetensors"));
        assertRefused(complaint);
    }

    private void config(String json) {
        write("config.json", json);
    }

    private Metadata opened() {
        try (ModelFile file = ModelFile.open(folder)) {
            return file.metadata();
        }
    }

    private void assertRefused(String complaint) {
        assertThatThrownBy(() -> ModelFile.open(folder).close())
                .isInstanceOfAny(ModelFileException.class, UnsupportedModelException.class)
                .hasMessageContaining(complaint)
                .satisfies(failure -> Soundness.checkSentence((OuvertureException) failure));
    }

    private void write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] numbers(int count) {
        byte[] bytes = new byte[count * Float.BYTES];
        for (int i = 0; i < count; i++) {
            GgufFixture.littleEndian(bytes).putFloat(i * Float.BYTES, i);
        }
        return bytes;
    }

    private static float[] floats(ModelFile file, String tensor) {
        return Objects.requireNonNull(file.tensors().get(tensor)).data().toArray(ValueLayout.JAVA_FLOAT);
    }
}

package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import tools.jackson.databind.ObjectMapper;

/// Gemma's models with other senses, written from the GGUF files under the names of Hugging Face's definitions:
/// the text part comes back as it was.
class GemmaFoldersTest {
    private static final Map<String, String> WHOLE_MODEL = Map.of(
            "token_embd.weight", "embed_tokens.weight",
            "output_norm.weight", "norm.weight",
            "per_layer_token_embd.weight", "embed_tokens_per_layer.weight",
            "per_layer_model_proj.weight", "per_layer_model_projection.weight",
            "per_layer_proj_norm.weight", "per_layer_projection_norm.weight");

    private static final Map<String, String> LAYER = Map.ofEntries(
            Map.entry("attn_norm.weight", "input_layernorm.weight"),
            Map.entry("attn_q.weight", "self_attn.q_proj.weight"),
            Map.entry("attn_k.weight", "self_attn.k_proj.weight"),
            Map.entry("attn_v.weight", "self_attn.v_proj.weight"),
            Map.entry("attn_output.weight", "self_attn.o_proj.weight"),
            Map.entry("attn_q_norm.weight", "self_attn.q_norm.weight"),
            Map.entry("attn_k_norm.weight", "self_attn.k_norm.weight"),
            Map.entry("post_attention_norm.weight", "post_attention_layernorm.weight"),
            Map.entry("ffn_norm.weight", "pre_feedforward_layernorm.weight"),
            Map.entry("ffn_gate.weight", "mlp.gate_proj.weight"),
            Map.entry("ffn_up.weight", "mlp.up_proj.weight"),
            Map.entry("ffn_down.weight", "mlp.down_proj.weight"),
            Map.entry("post_ffw_norm.weight", "post_feedforward_layernorm.weight"),
            Map.entry("inp_gate.weight", "per_layer_input_gate.weight"),
            Map.entry("proj.weight", "per_layer_projection.weight"),
            Map.entry("post_norm.weight", "post_per_layer_input_norm.weight"),
            Map.entry("altup_correct_coef.weight", "altup.correction_coefs.weight"),
            Map.entry("altup_correct_scale.weight", "altup.correct_output_scale"),
            Map.entry("altup_predict_coef.weight", "altup.prediction_coefs.weight"),
            Map.entry("altup_router.weight", "altup.modality_router.weight"),
            Map.entry("altup_router_norm.weight", "altup.router_norm.weight"),
            Map.entry("laurel_l.weight", "laurel.linear_left.weight"),
            Map.entry("laurel_r.weight", "laurel.linear_right.weight"),
            Map.entry("laurel_post_norm.weight", "laurel.post_laurel_norm.weight"),
            Map.entry("layer_output_scale.weight", "layer_scalar"),
            Map.entry("ffn_gate_inp.weight", "router.proj.weight"),
            Map.entry("ffn_gate_inp.scale", "router.scale"),
            Map.entry("ffn_down_exps.scale", "router.per_expert_scale"),
            Map.entry("pre_ffw_norm_2.weight", "pre_feedforward_layernorm_2.weight"),
            Map.entry("post_ffw_norm_1.weight", "post_feedforward_layernorm_1.weight"),
            Map.entry("post_ffw_norm_2.weight", "post_feedforward_layernorm_2.weight"),
            Map.entry("ffn_gate_up_exps.weight", "experts.gate_up_proj"),
            Map.entry("ffn_down_exps.weight", "experts.down_proj"));

    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();

    @ParameterizedTest
    @ValueSource(strings = {"gemma3n", "gemma4-e", "gemma4-dense", "gemma4-moe"})
    void textPartsEqualTheirGgufFiles(String name) {
        try (ModelFile gguf = ModelFile.open(Shared.path("conformance/models/" + name + ".gguf"))) {
            writer.randomTensor("model.vision_tower.patch_embedder.weight", 1, 2, 3, 4, 5)
                    .randomTensor("model.embed_audio.embedding.weight", 2, 3);
            gguf.tensors().values().forEach(tensor -> write("model.language_model.", tensor));
            writer.write(folder.resolve("model.safetensors"));
            Metadata m = gguf.metadata();
            config(m.architecture().equals("gemma3n") ? gemma3n(m) : gemma4(m, gguf.tensors()));
            try (ModelFile opened = ModelFile.open(folder)) {
                compare(opened.tensors(), gguf.tensors());
                compare(opened.metadata(), m);
            }
        }
    }

    private void write(String prefix, Tensor tensor) {
        String name = tensor.name();
        if (name.equals("rope_freqs.weight")) {
            return;
        }
        if (name.startsWith("altup_")) {
            String list = name.startsWith("altup_proj") ? "altup_projections." : "altup_unembed_projections.";
            for (int p = 0; p < tensor.planes(); p++) {
                write(prefix + list + p + ".weight", tensor.plane(p), tensor.rows(), tensor.columns());
            }
            return;
        }
        String[] parts = name.split("\\.", 3);
        String published = parts[0].equals("blk")
                ? "layers." + parts[1] + "." + Objects.requireNonNull(LAYER.get(parts[2]), name)
                : Objects.requireNonNull(WHOLE_MODEL.get(name), name);
        boolean vector = tensor.planes() == 1 && tensor.rows() == 1;
        long[] shape = tensor.planes() > 1
                ? new long[] {tensor.planes(), tensor.rows(), tensor.columns()}
                : vector ? new long[] {tensor.columns()} : new long[] {tensor.rows(), tensor.columns()};
        write(prefix + published, tensor, shape);
    }

    private void write(String name, Tensor tensor, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) tensor.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers(tensor));
        writer.tensor(name, "F32", bytes.array(), shape);
    }

    private static float[] numbers(Tensor tensor) {
        float[] numbers = new float[(int) tensor.size()];
        BlockCodec.of(tensor.type()).decode(tensor.data(), 0, numbers, 0, numbers.length);
        return numbers;
    }

    private static Map<String, Object> common(Metadata m, String architecture) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(architecture));
        config.put("hidden_size", m.integer("embedding_length"));
        config.put("num_hidden_layers", m.integer("block_count"));
        config.put("num_attention_heads", m.integer("attention.head_count"));
        config.put("max_position_embeddings", m.integer("context_length"));
        config.put("rms_norm_eps", m.number("attention.layer_norm_rms_epsilon"));
        config.put("sliding_window", m.integer("attention.sliding_window"));
        config.put("final_logit_softcapping", m.number("final_logit_softcapping"));
        config.put("hidden_size_per_layer_input", m.integer("embedding_length_per_layer_input"));
        config.put("num_kv_shared_layers", m.integer("attention.shared_kv_layers"));
        boolean[] sliding = m.flags("attention.sliding_window_pattern").orElseThrow();
        config.put(
                "layer_types",
                IntStream.range(0, sliding.length)
                        .mapToObj(i -> sliding[i] ? "sliding_attention" : "full_attention")
                        .toList());
        return config;
    }

    private static Map<String, Object> gemma3n(Metadata m) {
        int layers = m.integer("block_count");
        Map<String, Object> config = common(m, "Gemma3nForConditionalGeneration");
        config.put("num_key_value_heads", m.integer("attention.head_count_kv"));
        config.put("head_dim", m.integer("attention.key_length"));
        config.put("rope_theta", m.number("rope.freq_base"));
        config.put("rope_local_base_freq", m.number("rope.freq_base_swa"));
        config.put("intermediate_size", m.integers("feed_forward_length", layers));
        config.put("altup_num_inputs", m.integer("altup.num_inputs"));
        config.put("altup_active_idx", m.integer("altup.active_idx"));
        config.put("altup_correct_scale", true);
        config.put(
                "activation_sparsity_pattern",
                IntStream.range(0, layers).mapToObj(i -> i < 10 ? 0.95 : 0.0).toList());
        return config;
    }

    private static Map<String, Object> gemma4(Metadata m, Map<String, Tensor> tensors) {
        int layers = m.integer("block_count");
        int[] hidden = m.integers("feed_forward_length", layers);
        int[] heads = m.integers("attention.head_count_kv", layers);
        float[] factors = numbers(Objects.requireNonNull(tensors.get("rope_freqs.weight")));
        long rotated =
                IntStream.range(0, factors.length).filter(i -> factors[i] == 1).count();
        Map<String, Object> config = common(m, "Gemma4ForConditionalGeneration");
        config.put("num_key_value_heads", heads[0]);
        config.put("num_global_key_value_heads", heads[layers - 1]);
        config.put("attention_k_eq_v", true);
        config.put("head_dim", m.integer("attention.key_length_swa"));
        config.put("global_head_dim", m.integer("attention.key_length"));
        config.put("intermediate_size", hidden[0]);
        config.put("use_double_wide_mlp", hidden[0] != hidden[layers - 1]);
        config.put(
                "rope_parameters",
                Map.of(
                        "full_attention",
                        Map.of(
                                "rope_type",
                                "proportional",
                                "partial_rotary_factor",
                                (double) rotated / factors.length,
                                "rope_theta",
                                m.number("rope.freq_base")),
                        "sliding_attention",
                        Map.of("rope_type", "default", "rope_theta", m.number("rope.freq_base_swa"))));
        if (m.has("expert_count")) {
            config.put("num_experts", m.integer("expert_count"));
            config.put("top_k_experts", m.integer("expert_used_count"));
            config.put("moe_intermediate_size", m.integer("expert_feed_forward_length"));
        }
        return config;
    }

    private void config(Map<String, Object> text) {
        Object architectures = Objects.requireNonNull(text.remove("architectures"));
        Map<String, Object> config =
                Map.of("architectures", architectures, "text_config", text, "vision_config", Map.of("hidden_size", 3));
        try {
            Files.writeString(folder.resolve("config.json"), new ObjectMapper().writeValueAsString(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compare(Map<String, Tensor> folder, Map<String, Tensor> gguf) {
        assertThat(folder).containsOnlyKeys(gguf.keySet());
        folder.forEach((name, tensor) -> {
            Tensor expected = Objects.requireNonNull(gguf.get(name));
            assertThat(List.of(tensor.planes(), tensor.rows(), tensor.columns()))
                    .as(name)
                    .isEqualTo(List.of(expected.planes(), expected.rows(), expected.columns()));
            assertThat(numbers(tensor)).as(name).isEqualTo(numbers(expected));
        });
    }

    private static void compare(Metadata folder, Metadata gguf) {
        int layers = gguf.integer("block_count");
        gguf.values().forEach((key, value) -> {
            if (!key.startsWith(gguf.architecture() + ".")) {
                return;
            }
            switch (value) {
                case Double _ -> assertThat(folder.number(key)).as(key).isEqualTo(gguf.number(key));
                case String text -> assertThat(folder.string(key)).as(key).contains(text);
                default -> {
                    if (key.endsWith("pattern")) {
                        assertThat(folder.flags(key))
                                .as(key)
                                .contains(gguf.flags(key).orElseThrow());
                    } else {
                        assertThat(folder.integers(key, layers)).as(key).isEqualTo(gguf.integers(key, layers));
                    }
                }
            }
        });
        if (gguf.architecture().equals("gemma3n")) {
            float[] deviations = folder.numbers("activation_sparsity_scale").orElseThrow();
            assertThat(deviations[0]).isEqualTo(1.6448536f, Offset.offset(1e-6f));
            assertThat(deviations[10]).isEqualTo(Float.NEGATIVE_INFINITY);
        }
    }

    /// The oldest of the models with eyes: their files name the text part in another way, and their config.json
    /// leaves most settings out.
    @Test
    void gemma3WithSparseSettings() throws IOException {
        Path text = Shared.path("conformance/safetensors/gemma3");
        SafetensorsWriter renamed = new SafetensorsWriter();
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsHeader header = SafetensorsHeader.read(text.resolve("model.safetensors"), arena);
            for (SafetensorsHeader.Entry entry : header.entries().values()) {
                MemorySegment data = header.weights().asSlice(entry.start(), entry.end() - entry.start());
                byte[] bytes = data.toArray(ValueLayout.JAVA_BYTE);
                renamed.tensor("language_model." + entry.name(), entry.format(), bytes, entry.shape());
            }
        }
        renamed.randomTensor("vision_tower.vision_model.head.weight", 1, 2, 2)
                .randomTensor("multi_modal_projector.mm_input_projection_weight", 2, 2, 2)
                .write(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), """
                {"architectures":["Gemma3ForConditionalGeneration"],"eos_token_id":[1,106],"text_config":{
                "hidden_size":64,"intermediate_size":128,"num_hidden_layers":7,"sliding_window":24,
                "rope_scaling":{"factor":8.0,"rope_type":"linear"}},"vision_config":{"hidden_size":3}}""");
        try (ModelFile opened = ModelFile.open(folder);
                ModelFile plain = ModelFile.open(text)) {
            assertThat(opened.tensors()).containsOnlyKeys(plain.tensors().keySet());
            opened.tensors()
                    .forEach(
                            (name, tensor) -> assertThat(tensor.type()).as(name).isEqualTo(DType.F32));
            Metadata m = opened.metadata();
            assertThat(m.integer("attention.head_count")).isEqualTo(8);
            assertThat(m.integer("attention.head_count_kv")).isEqualTo(4);
            assertThat(m.integer("attention.key_length")).isEqualTo(256);
            assertThat(m.integer("context_length")).isEqualTo(131_072);
            assertThat(m.number("rope.freq_base")).isEqualTo(1e6f);
            assertThat(m.string("rope.scaling.type")).contains("linear");
            assertThat(m.number("rope.scaling.factor")).isEqualTo(8);
            assertThat(m.integers("tokenizer.ggml.eos_token_ids").orElseThrow()).containsExactly(1, 106);
        }
    }
}

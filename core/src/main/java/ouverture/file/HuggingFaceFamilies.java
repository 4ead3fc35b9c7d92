package ouverture.file;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.HuggingFaceFamily.Target;
import tools.jackson.databind.JsonNode;

/// The table of Hugging Face's names: one entry for each kind of model.
final class HuggingFaceFamilies {
    /// A setting that is only renamed.
    ///
    /// @param gguf key without the architecture's prefix
    /// @param integer whether it is an integer, otherwise a number
    /// @param names in config.json, the first that is there counts
    record Key(String gguf, boolean integer, String... names) {}

    /// What all families call alike.
    static final List<Key> COMMON_KEYS = List.of(
            new Key("vocab_size", true, "vocab_size"),
            new Key("context_length", true, "max_position_embeddings", "n_positions"),
            new Key("embedding_length", true, "hidden_size", "n_embd"),
            new Key("block_count", true, "num_hidden_layers", "n_layer"),
            new Key("feed_forward_length", true, "intermediate_size", "n_inner"),
            new Key("attention.head_count", true, "num_attention_heads", "n_head"),
            new Key("attention.head_count_kv", true, "num_key_value_heads"),
            new Key("attention.key_length", true, "head_dim"),
            new Key("attention.value_length", true, "head_dim"),
            new Key("attention.sliding_window", true, "sliding_window"),
            new Key("attention.layer_norm_rms_epsilon", false, "rms_norm_eps"),
            new Key("attention.layer_norm_epsilon", false, "layer_norm_epsilon"),
            new Key("rope.freq_base", false, "rope_theta"),
            new Key("expert_count", true, "num_local_experts", "num_experts"),
            new Key("expert_used_count", true, "num_experts_per_tok"),
            new Key("expert_feed_forward_length", true, "moe_intermediate_size"));

    private static final Target UNUSED = new Target("", TensorChange.NONE);

    /// The layers that most families call alike.
    static final Map<String, Target> COMMON_TENSORS = Map.ofEntries(
            tensor("embed_tokens", "token_embd"),
            tensor("norm", "output_norm"),
            tensor("lm_head", "output"),
            tensor("layers.{}.input_layernorm", "blk.{}.attn_norm"),
            tensor("layers.{}.self_attn.o_proj", "blk.{}.attn_output"),
            Map.entry("layers.{}.self_attn.rotary_emb.inv_freq", UNUSED),
            tensor("layers.{}.post_attention_layernorm", "blk.{}.ffn_norm"),
            tensor("layers.{}.mlp.down_proj", "blk.{}.ffn_down"));

    static final Map<String, Target> SPLIT_ATTENTION = Map.ofEntries(
            tensor("layers.{}.self_attn.q_proj", "blk.{}.attn_q"),
            tensor("layers.{}.self_attn.k_proj", "blk.{}.attn_k"),
            tensor("layers.{}.self_attn.v_proj", "blk.{}.attn_v"));

    static final Map<String, Target> SPLIT_GATE = Map.ofEntries(
            tensor("layers.{}.mlp.gate_proj", "blk.{}.ffn_gate"), tensor("layers.{}.mlp.up_proj", "blk.{}.ffn_up"));

    private static final HuggingFaceFamily LLAMA = new HuggingFaceFamily(
            "llama",
            List.of("LlamaForCausalLM", "MistralForCausalLM", "MixtralForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu")),
            HuggingFaceFamilies::rotaryKeys,
            joined(
                    COMMON_TENSORS,
                    SPLIT_GATE,
                    Map.ofEntries(
                            tensor("layers.{}.self_attn.q_proj", "blk.{}.attn_q", TensorChange::interleaveQuery),
                            tensor("layers.{}.self_attn.k_proj", "blk.{}.attn_k", TensorChange::interleaveKey),
                            tensor("layers.{}.self_attn.v_proj", "blk.{}.attn_v"),
                            tensor("layers.{}.block_sparse_moe.gate", "blk.{}.ffn_gate_inp"),
                            tensor("layers.{}.block_sparse_moe.experts.{}.w1", "blk.{}.ffn_gate_exps"),
                            tensor("layers.{}.block_sparse_moe.experts.{}.w2", "blk.{}.ffn_down_exps"),
                            tensor("layers.{}.block_sparse_moe.experts.{}.w3", "blk.{}.ffn_up_exps"))));

    private static final HuggingFaceFamily QWEN2 = new HuggingFaceFamily(
            "qwen2",
            List.of("Qwen2ForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu"), "use_sliding_window", List.of("false")),
            HuggingFaceFamilies::rotaryKeys,
            joined(COMMON_TENSORS, SPLIT_ATTENTION, SPLIT_GATE));

    static final Map<String, Target> HEAD_NORMS = Map.ofEntries(
            tensor("layers.{}.self_attn.q_norm", "blk.{}.attn_q_norm"),
            tensor("layers.{}.self_attn.k_norm", "blk.{}.attn_k_norm"));

    private static final HuggingFaceFamily QWEN3 = new HuggingFaceFamily(
            "qwen3",
            List.of("Qwen3ForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu"), "use_sliding_window", List.of("false")),
            HuggingFaceFamilies::rotaryKeys,
            joined(COMMON_TENSORS, SPLIT_ATTENTION, HEAD_NORMS, SPLIT_GATE));

    private static final HuggingFaceFamily QWEN3_MIXTURE = new HuggingFaceFamily(
            "qwen3moe",
            List.of("Qwen3MoeForCausalLM"),
            "model.",
            Map.of(
                    "hidden_act", List.of("silu"),
                    "use_sliding_window", List.of("false"),
                    "decoder_sparse_step", List.of("1")),
            HuggingFaceFamilies::qwenMixtureKeys,
            joined(
                    COMMON_TENSORS,
                    SPLIT_ATTENTION,
                    HEAD_NORMS,
                    Map.ofEntries(
                            tensor("layers.{}.mlp.gate", "blk.{}.ffn_gate_inp"),
                            tensor("layers.{}.mlp.experts.{}.gate_proj", "blk.{}.ffn_gate_exps"),
                            tensor("layers.{}.mlp.experts.{}.up_proj", "blk.{}.ffn_up_exps"),
                            tensor("layers.{}.mlp.experts.{}.down_proj", "blk.{}.ffn_down_exps"))));

    private static final HuggingFaceFamily PHI3 = new HuggingFaceFamily(
            "phi3",
            List.of("Phi3ForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu")),
            HuggingFaceFamilies::phi3Keys,
            joined(
                    COMMON_TENSORS,
                    Map.ofEntries(
                            tensor("layers.{}.self_attn.qkv_proj", "blk.{}.attn_qkv"),
                            tensor("layers.{}.mlp.gate_up_proj", "blk.{}.ffn_up"))));

    private static final HuggingFaceFamily GPT_OSS = new HuggingFaceFamily(
            "gpt-oss",
            List.of("GptOssForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu"), "swiglu_limit", List.of("7.0", "7")),
            HuggingFaceFamilies::gptOssKeys,
            joined(
                    COMMON_TENSORS,
                    SPLIT_ATTENTION,
                    Map.ofEntries(
                            tensor("layers.{}.post_attention_layernorm", "blk.{}.post_attention_norm"),
                            tensor("layers.{}.self_attn.sinks", "blk.{}.attn_sinks.weight"),
                            tensor("layers.{}.mlp.router", "blk.{}.ffn_gate_inp"),
                            tensor("layers.{}.mlp.experts.gate_up_proj", "blk.{}.ffn_gate_up_exps.weight"),
                            tensor("layers.{}.mlp.experts.gate_up_proj_blocks", "blk.{}.ffn_gate_up_exps.blocks"),
                            tensor("layers.{}.mlp.experts.gate_up_proj_scales", "blk.{}.ffn_gate_up_exps.scales"),
                            tensor("layers.{}.mlp.experts.gate_up_proj_bias", "blk.{}.ffn_gate_up_exps.bias"),
                            tensor("layers.{}.mlp.experts.down_proj", "blk.{}.ffn_down_exps.weight"),
                            tensor("layers.{}.mlp.experts.down_proj_blocks", "blk.{}.ffn_down_exps.blocks"),
                            tensor("layers.{}.mlp.experts.down_proj_scales", "blk.{}.ffn_down_exps.scales"),
                            tensor("layers.{}.mlp.experts.down_proj_bias", "blk.{}.ffn_down_exps.bias"))),
            "mxfp4",
            GptOssExperts::assemble);

    private static final HuggingFaceFamily GPT2 = new HuggingFaceFamily(
            "gpt2",
            List.of("GPT2LMHeadModel"),
            "transformer.",
            Map.of(
                    "activation_function", List.of("gelu_new", "gelu_pytorch_tanh"),
                    "scale_attn_weights", List.of("true"),
                    "scale_attn_by_inverse_layer_idx", List.of("false"),
                    "add_cross_attention", List.of("false")),
            HuggingFaceFamilies::gpt2Keys,
            Map.ofEntries(
                    tensor("wte", "token_embd"),
                    tensor("wpe", "position_embd"),
                    tensor("ln_f", "output_norm"),
                    tensor("lm_head", "output"),
                    tensor("h.{}.ln_1", "blk.{}.attn_norm"),
                    tensor("h.{}.attn.c_attn", "blk.{}.attn_qkv", TensorChange.TRANSPOSE),
                    tensor("h.{}.attn.c_proj", "blk.{}.attn_output", TensorChange.TRANSPOSE),
                    // the causal mask, which old checkpoints store
                    Map.entry("h.{}.attn", UNUSED),
                    Map.entry("h.{}.attn.masked_bias", UNUSED),
                    tensor("h.{}.ln_2", "blk.{}.ffn_norm"),
                    tensor("h.{}.mlp.c_fc", "blk.{}.ffn_up", TensorChange.TRANSPOSE),
                    tensor("h.{}.mlp.c_proj", "blk.{}.ffn_down", TensorChange.TRANSPOSE)));

    private static final HuggingFaceFamily DEEPSEEK = new HuggingFaceFamily(
            "deepseek2",
            List.of("DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "KimiK2ForCausalLM"),
            "model.",
            Map.of(
                    "hidden_act", List.of("silu"),
                    "moe_layer_freq", List.of("1"),
                    "attention_bias", List.of("false")),
            DeepSeekKeys::add,
            joined(
                    COMMON_TENSORS,
                    SPLIT_GATE,
                    Map.ofEntries(
                            tensor("layers.{}.self_attn.q_proj", "blk.{}.attn_q"),
                            tensor("layers.{}.self_attn.q_a_proj", "blk.{}.attn_q_a"),
                            tensor("layers.{}.self_attn.q_a_layernorm", "blk.{}.attn_q_a_norm"),
                            tensor("layers.{}.self_attn.q_b_proj", "blk.{}.attn_q_b"),
                            tensor("layers.{}.self_attn.kv_a_proj_with_mqa", "blk.{}.attn_kv_a_mqa"),
                            tensor("layers.{}.self_attn.kv_a_layernorm", "blk.{}.attn_kv_a_norm"),
                            tensor("layers.{}.self_attn.kv_b_proj", "blk.{}.attn_kv_b"),
                            tensor("layers.{}.mlp.gate", "blk.{}.ffn_gate_inp"),
                            tensor("layers.{}.mlp.gate.e_score_correction_bias", "blk.{}.exp_probs_b.bias"),
                            tensor("layers.{}.mlp.experts.{}.gate_proj", "blk.{}.ffn_gate_exps"),
                            tensor("layers.{}.mlp.experts.{}.up_proj", "blk.{}.ffn_up_exps"),
                            tensor("layers.{}.mlp.experts.{}.down_proj", "blk.{}.ffn_down_exps"),
                            tensor("layers.{}.mlp.shared_experts.gate_proj", "blk.{}.ffn_gate_shexp"),
                            tensor("layers.{}.mlp.shared_experts.up_proj", "blk.{}.ffn_up_shexp"),
                            tensor("layers.{}.mlp.shared_experts.down_proj", "blk.{}.ffn_down_shexp"))),
            Fp8Weights.METHOD,
            HuggingFaceFamily.WHOLE);

    private static final List<HuggingFaceFamily> OWN =
            List.of(LLAMA, GPT2, DEEPSEEK, QWEN2, QWEN3, QWEN3_MIXTURE, PHI3, GPT_OSS);

    private HuggingFaceFamilies() {}

    /// Every family that can be read from safetensors.
    static List<HuggingFaceFamily> all() {
        return Stream.concat(OWN.stream(), HuggingFaceGemma.ALL.stream()).toList();
    }

    /// The family whose architecture GGUF calls so; empty if it is not in the table.
    static Optional<HuggingFaceFamily> ofArchitecture(String architecture) {
        return all().stream()
                .filter(family -> family.architecture().equals(architecture))
                .findFirst();
    }

    /// The family that a config.json names.
    ///
    /// @throws ModelFileException if it names none
    /// @throws UnsupportedModelException if it is not in the table
    static HuggingFaceFamily of(HuggingFaceConfig config) {
        List<String> named = config.elements("architectures").stream()
                .map(name -> name.asString(""))
                .toList();
        if (named.size() != 1) {
            throw new ModelFileException(
                    config.file() + " does not name one class in \"architectures\": it is incomplete.");
        }
        return all().stream()
                .filter(family -> family.classes().contains(named.getFirst()))
                .findFirst()
                .orElseThrow(() -> new UnsupportedModelException("The architecture "
                        + Sentences.quoted(named.getFirst()) + " of " + config.file()
                        + " cannot be read from safetensors by this version: try a GGUF file of the model."));
    }

    static Map.Entry<String, Target> tensor(String name, String gguf) {
        return tensor(name, gguf, TensorChange.NONE);
    }

    static Map.Entry<String, Target> tensor(String name, String gguf, TensorChange change) {
        return Map.entry(name, new Target(gguf, change));
    }

    /// All of the tables; a later one's entry replaces an earlier one's.
    @SafeVarargs
    static Map<String, Target> joined(Map<String, Target>... tables) {
        Map<String, Target> all = new HashMap<>();
        for (Map<String, Target> table : tables) {
            all.putAll(table);
        }
        return Map.copyOf(all);
    }

    private static void rotaryKeys(HuggingFaceConfig config, Map<String, Object> keys) {
        OptionalLong width = config.integer("hidden_size");
        OptionalLong heads = config.integer("num_attention_heads");
        if (width.isEmpty() || heads.isEmpty() || heads.getAsLong() < 1) {
            throw new ModelFileException(
                    config.file() + " lacks hidden_size or num_attention_heads: it is incomplete.");
        }
        keys.putIfAbsent("attention.head_count_kv", heads.getAsLong());
        long headSize = config.integer("head_dim").orElse(width.getAsLong() / heads.getAsLong());
        Optional<HuggingFaceConfig> parameters = config.object("rope_parameters");
        parameters.ifPresent(
                rope -> rope.number("rope_theta").ifPresent(base -> keys.putIfAbsent("rope.freq_base", base)));
        String partial = "partial_rotary_factor";
        double rotated = config.number(partial)
                .orElse(parameters
                        .flatMap(rope -> rope.number(partial).stream().boxed().findFirst())
                        .orElse(1.0));
        keys.put("rope.dimension_count", (long) (headSize * rotated));
        RopeScaling.of(config).ifPresent(scaling -> keys.putAll(scaling.keys()));
    }

    private static void qwenMixtureKeys(HuggingFaceConfig config, Map<String, Object> keys) {
        if (!config.elements("mlp_only_layers").isEmpty()) {
            throw new UnsupportedModelException(config.file()
                    + " has layers without experts, which this version cannot run for this architecture.");
        }
        rotaryKeys(config, keys);
        keys.put("expert_weights_norm", config.flag("norm_topk_prob").orElse(false));
    }

    private static void phi3Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        rotaryKeys(config, keys);
        config.integer("original_max_position_embeddings")
                .ifPresent(n -> keys.put("rope.scaling.original_context_length", n));
    }

    private static void gptOssKeys(HuggingFaceConfig config, Map<String, Object> keys) {
        List<JsonNode> layers = config.elements("layer_types");
        for (int i = 0; i < layers.size(); i++) {
            if (!layers.get(i).asString("").equals(i % 2 == 0 ? "sliding_attention" : "full_attention")) {
                throw new UnsupportedModelException(config.file()
                        + " does not alternate sliding_attention and full_attention in layer_types, as this version"
                        + " needs for this architecture.");
            }
        }
        rotaryKeys(config, keys);
        Optional.ofNullable(keys.get("feed_forward_length"))
                .ifPresent(hidden -> keys.put("expert_feed_forward_length", hidden));
    }

    private static void gpt2Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        Optional.ofNullable(keys.get("embedding_length"))
                .ifPresent(width -> keys.putIfAbsent("feed_forward_length", 4 * (Long) width));
    }
}

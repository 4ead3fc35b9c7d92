package ouverture.file;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.HuggingFaceFamily.Target;

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
            new Key("expert_count", true, "num_local_experts"),
            new Key("expert_used_count", true, "num_experts_per_tok"));

    private static final Target UNUSED = new Target("", TensorChange::none);

    private static final HuggingFaceFamily LLAMA = new HuggingFaceFamily(
            "llama",
            List.of("LlamaForCausalLM", "MistralForCausalLM", "MixtralForCausalLM"),
            "model.",
            Map.of("hidden_act", List.of("silu")),
            HuggingFaceFamilies::rotaryKeys,
            Map.ofEntries(
                    tensor("embed_tokens", "token_embd"),
                    tensor("norm", "output_norm"),
                    tensor("lm_head", "output"),
                    tensor("layers.{}.input_layernorm", "blk.{}.attn_norm"),
                    tensor("layers.{}.self_attn.q_proj", "blk.{}.attn_q", TensorChange::interleaveQuery),
                    tensor("layers.{}.self_attn.k_proj", "blk.{}.attn_k", TensorChange::interleaveKey),
                    tensor("layers.{}.self_attn.v_proj", "blk.{}.attn_v"),
                    tensor("layers.{}.self_attn.o_proj", "blk.{}.attn_output"),
                    Map.entry("layers.{}.self_attn.rotary_emb.inv_freq", UNUSED),
                    tensor("layers.{}.post_attention_layernorm", "blk.{}.ffn_norm"),
                    tensor("layers.{}.mlp.gate_proj", "blk.{}.ffn_gate"),
                    tensor("layers.{}.mlp.up_proj", "blk.{}.ffn_up"),
                    tensor("layers.{}.mlp.down_proj", "blk.{}.ffn_down"),
                    tensor("layers.{}.block_sparse_moe.gate", "blk.{}.ffn_gate_inp"),
                    tensor("layers.{}.block_sparse_moe.experts.{}.w1", "blk.{}.ffn_gate_exps"),
                    tensor("layers.{}.block_sparse_moe.experts.{}.w2", "blk.{}.ffn_down_exps"),
                    tensor("layers.{}.block_sparse_moe.experts.{}.w3", "blk.{}.ffn_up_exps")));

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
                    tensor("h.{}.attn.c_attn", "blk.{}.attn_qkv", TensorChange::transpose),
                    tensor("h.{}.attn.c_proj", "blk.{}.attn_output", TensorChange::transpose),
                    // the causal mask, which old checkpoints store
                    Map.entry("h.{}.attn", UNUSED),
                    Map.entry("h.{}.attn.masked_bias", UNUSED),
                    tensor("h.{}.ln_2", "blk.{}.ffn_norm"),
                    tensor("h.{}.mlp.c_fc", "blk.{}.ffn_up", TensorChange::transpose),
                    tensor("h.{}.mlp.c_proj", "blk.{}.ffn_down", TensorChange::transpose)));

    private static final HuggingFaceFamily DEEPSEEK = new HuggingFaceFamily(
            "deepseek2",
            List.of("DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "KimiK2ForCausalLM"),
            "model.",
            Map.of(
                    "hidden_act", List.of("silu"),
                    "moe_layer_freq", List.of("1"),
                    "attention_bias", List.of("false")),
            DeepSeekKeys::add,
            Map.ofEntries(
                    tensor("embed_tokens", "token_embd"),
                    tensor("norm", "output_norm"),
                    tensor("lm_head", "output"),
                    tensor("layers.{}.input_layernorm", "blk.{}.attn_norm"),
                    tensor("layers.{}.self_attn.q_proj", "blk.{}.attn_q"),
                    tensor("layers.{}.self_attn.q_a_proj", "blk.{}.attn_q_a"),
                    tensor("layers.{}.self_attn.q_a_layernorm", "blk.{}.attn_q_a_norm"),
                    tensor("layers.{}.self_attn.q_b_proj", "blk.{}.attn_q_b"),
                    tensor("layers.{}.self_attn.kv_a_proj_with_mqa", "blk.{}.attn_kv_a_mqa"),
                    tensor("layers.{}.self_attn.kv_a_layernorm", "blk.{}.attn_kv_a_norm"),
                    tensor("layers.{}.self_attn.kv_b_proj", "blk.{}.attn_kv_b"),
                    tensor("layers.{}.self_attn.o_proj", "blk.{}.attn_output"),
                    Map.entry("layers.{}.self_attn.rotary_emb.inv_freq", UNUSED),
                    tensor("layers.{}.post_attention_layernorm", "blk.{}.ffn_norm"),
                    tensor("layers.{}.mlp.gate_proj", "blk.{}.ffn_gate"),
                    tensor("layers.{}.mlp.up_proj", "blk.{}.ffn_up"),
                    tensor("layers.{}.mlp.down_proj", "blk.{}.ffn_down"),
                    tensor("layers.{}.mlp.gate", "blk.{}.ffn_gate_inp"),
                    tensor("layers.{}.mlp.gate.e_score_correction_bias", "blk.{}.exp_probs_b.bias"),
                    tensor("layers.{}.mlp.experts.{}.gate_proj", "blk.{}.ffn_gate_exps"),
                    tensor("layers.{}.mlp.experts.{}.up_proj", "blk.{}.ffn_up_exps"),
                    tensor("layers.{}.mlp.experts.{}.down_proj", "blk.{}.ffn_down_exps"),
                    tensor("layers.{}.mlp.shared_experts.gate_proj", "blk.{}.ffn_gate_shexp"),
                    tensor("layers.{}.mlp.shared_experts.up_proj", "blk.{}.ffn_up_shexp"),
                    tensor("layers.{}.mlp.shared_experts.down_proj", "blk.{}.ffn_down_shexp")));

    /// Every family that can be read from safetensors.
    static final List<HuggingFaceFamily> ALL = List.of(DEEPSEEK, GPT2, LLAMA);

    private HuggingFaceFamilies() {}

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
        return ALL.stream()
                .filter(family -> family.classes().contains(named.getFirst()))
                .findFirst()
                .orElseThrow(() -> new UnsupportedModelException("The architecture "
                        + Sentences.quoted(named.getFirst()) + " of " + config.file()
                        + " cannot be read from safetensors by this version: try a GGUF file of the model."));
    }

    private static Map.Entry<String, Target> tensor(String name, String gguf) {
        return tensor(name, gguf, TensorChange::none);
    }

    private static Map.Entry<String, Target> tensor(String name, String gguf, TensorChange change) {
        return Map.entry(name, new Target(gguf, change));
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
        keys.put("rope.dimension_count", headSize);
        config.object("rope_parameters")
                .ifPresent(
                        rope -> rope.number("rope_theta").ifPresent(base -> keys.putIfAbsent("rope.freq_base", base)));
        RopeScaling.of(config).ifPresent(scaling -> keys.putAll(scaling.keys()));
    }

    private static void gpt2Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        Optional.ofNullable(keys.get("embedding_length"))
                .ifPresent(width -> keys.putIfAbsent("feed_forward_length", 4 * (Long) width));
    }
}

package ouverture.file;

import static ouverture.file.HuggingFaceFamilies.joined;
import static ouverture.file.HuggingFaceFamilies.tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import ouverture.file.HuggingFaceFamily.Target;
import tools.jackson.databind.JsonNode;

/// The part of the table of Hugging Face's names that Gemma's models take. Source: Hugging Face's definitions
/// `gemma` to `gemma4`, whose defaults stand in where a config.json leaves a setting out.
final class HuggingFaceGemma {
    private static final Map<String, List<String>> FIXED = Map.of(
            "hidden_act", List.of("gelu", "gelu_pytorch_tanh"),
            "hidden_activation", List.of("gelu_pytorch_tanh"),
            "altup_correct_scale", List.of("true"),
            "use_bidirectional_attention", List.of("false", "vision"));

    private static final Map<String, Target> LAYERS = joined(
            HuggingFaceFamilies.COMMON_TENSORS, HuggingFaceFamilies.SPLIT_ATTENTION, HuggingFaceFamilies.SPLIT_GATE);

    private static final Map<String, Target> OUTER_NORMS = Map.ofEntries(
            tensor("layers.{}.post_attention_layernorm", "blk.{}.post_attention_norm"),
            tensor("layers.{}.pre_feedforward_layernorm", "blk.{}.ffn_norm"),
            tensor("layers.{}.post_feedforward_layernorm", "blk.{}.post_ffw_norm"));

    private static final Map<String, Target> LAYER_EMBEDDINGS = Map.ofEntries(
            tensor("embed_tokens_per_layer", "per_layer_token_embd"),
            tensor("per_layer_model_projection", "per_layer_model_proj"),
            tensor("per_layer_projection_norm", "per_layer_proj_norm"),
            tensor("layers.{}.per_layer_input_gate", "blk.{}.inp_gate"),
            tensor("layers.{}.per_layer_projection", "blk.{}.proj"),
            tensor("layers.{}.post_per_layer_input_norm", "blk.{}.post_norm"));

    private static final HuggingFaceFamily GEMMA =
            family("gemma", "GemmaForCausalLM", HuggingFaceGemma::sharedKeys, offset(LAYERS));

    private static final HuggingFaceFamily GEMMA2 =
            family("gemma2", "Gemma2ForCausalLM", HuggingFaceGemma::gemma2Keys, offset(joined(LAYERS, OUTER_NORMS)));

    private static final HuggingFaceFamily GEMMA3 = family(
            "gemma3",
            "Gemma3For",
            HuggingFaceGemma::gemma3Keys,
            offset(joined(LAYERS, OUTER_NORMS, HuggingFaceFamilies.HEAD_NORMS)));

    private static final HuggingFaceFamily GEMMA3N = family(
            "gemma3n",
            "Gemma3nFor",
            HuggingFaceGemma::gemma3nKeys,
            joined(
                    LAYERS,
                    OUTER_NORMS,
                    HuggingFaceFamilies.HEAD_NORMS,
                    LAYER_EMBEDDINGS,
                    Map.ofEntries(
                            tensor("altup_projections.{}", "altup_proj"),
                            tensor("altup_unembed_projections.{}", "altup_unembd_proj"),
                            tensor("layers.{}.altup.correct_output_scale", "blk.{}.altup_correct_scale.weight"),
                            tensor("layers.{}.altup.correction_coefs", "blk.{}.altup_correct_coef"),
                            tensor("layers.{}.altup.prediction_coefs", "blk.{}.altup_predict_coef"),
                            tensor("layers.{}.altup.modality_router", "blk.{}.altup_router"),
                            tensor("layers.{}.altup.router_norm", "blk.{}.altup_router_norm"),
                            tensor("layers.{}.laurel.linear_left", "blk.{}.laurel_l"),
                            tensor("layers.{}.laurel.linear_right", "blk.{}.laurel_r"),
                            tensor("layers.{}.laurel.post_laurel_norm", "blk.{}.laurel_post_norm"))));

    private static final HuggingFaceFamily GEMMA4 = family(
            "gemma4",
            "Gemma4For",
            HuggingFaceGemma::gemma4Keys,
            joined(
                    LAYERS,
                    OUTER_NORMS,
                    HuggingFaceFamilies.HEAD_NORMS,
                    LAYER_EMBEDDINGS,
                    Map.ofEntries(
                            tensor("layers.{}.layer_scalar", "blk.{}.layer_output_scale.weight"),
                            tensor("layers.{}.router.proj", "blk.{}.ffn_gate_inp"),
                            tensor("layers.{}.router.scale", "blk.{}.ffn_gate_inp.scale"),
                            tensor("layers.{}.router.per_expert_scale", "blk.{}.ffn_down_exps.scale"),
                            tensor("layers.{}.pre_feedforward_layernorm_2", "blk.{}.pre_ffw_norm_2"),
                            tensor("layers.{}.post_feedforward_layernorm_1", "blk.{}.post_ffw_norm_1"),
                            tensor("layers.{}.post_feedforward_layernorm_2", "blk.{}.post_ffw_norm_2"),
                            tensor("layers.{}.experts.gate_up_proj", "blk.{}.ffn_gate_up_exps.weight"),
                            tensor("layers.{}.experts.down_proj", "blk.{}.ffn_down_exps.weight"))));

    static final List<HuggingFaceFamily> ALL = List.of(GEMMA, GEMMA2, GEMMA3, GEMMA3N, GEMMA4);

    private HuggingFaceGemma() {}

    /// @param model the class's name; where it ends in "For", both of the text alone and with other senses
    private static HuggingFaceFamily family(
            String architecture, String model, HuggingFaceFamily.Derivation keys, Map<String, Target> tensors) {
        List<String> classes =
                model.endsWith("For") ? List.of(model + "CausalLM", model + "ConditionalGeneration") : List.of(model);
        return new HuggingFaceFamily(architecture, classes, "model.", FIXED, keys, tensors);
    }

    /// The table with 1 added to every normalisation's weights.
    private static Map<String, Target> offset(Map<String, Target> tensors) {
        Map<String, Target> all = new HashMap<>(tensors);
        all.replaceAll((_, target) ->
                target.name().endsWith("norm") ? new Target(target.name(), TensorChange::plusOne) : target);
        return all;
    }

    /// What has no default in GGUF or another one.
    private static void sharedKeys(HuggingFaceConfig config, Map<String, Object> keys) {
        keys.putIfAbsent("attention.key_length", 256L);
        keys.putIfAbsent("attention.value_length", 256L);
        keys.putIfAbsent("attention.layer_norm_rms_epsilon", 1e-6);
        keys.put("rope.dimension_count", keys.get("attention.key_length"));
        config.number("query_pre_attn_scalar")
                .ifPresent(divisor -> keys.put("attention.scale", 1 / Math.sqrt(divisor)));
        config.object("rope_parameters").ifPresent(rope -> {
            base(rope.object("full_attention").orElse(rope), "rope.freq_base", keys);
            rope.object("sliding_attention").ifPresent(local -> base(local, "rope.freq_base_swa", keys));
        });
        config.number("rope_local_base_freq").ifPresent(base -> keys.put("rope.freq_base_swa", base));
        RopeScaling.of(config).ifPresent(scaling -> keys.putAll(scaling.keys()));
    }

    private static void base(HuggingFaceConfig rope, String key, Map<String, Object> keys) {
        rope.number("rope_theta").ifPresent(base -> keys.put(key, base));
    }

    private static void gemma2Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        sharedKeys(config, keys);
        cap(config, "attn_logit_softcapping", keys);
        cap(config, "final_logit_softcapping", keys);
        kinds(config, keys);
    }

    private static void gemma3Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        keys.putIfAbsent("attention.head_count", 8L);
        keys.putIfAbsent("attention.head_count_kv", 4L);
        keys.putIfAbsent("context_length", 131_072L);
        keys.putIfAbsent("rope.freq_base", 1e6);
        sharedKeys(config, keys);
        cap(config, "final_logit_softcapping", keys);
        kinds(config, keys);
    }

    private static void gemma3nKeys(HuggingFaceConfig config, Map<String, Object> keys) {
        keys.putIfAbsent("context_length", 32_768L);
        keys.putIfAbsent("rope.freq_base", 1e6);
        sharedKeys(config, keys);
        cap(config, "final_logit_softcapping", keys);
        kinds(config, keys);
        config.integer("altup_active_idx").ifPresent(n -> keys.put("altup.active_idx", n));
        config.integer("altup_num_inputs").ifPresent(n -> keys.put("altup.num_inputs", n));
        shares(config, keys);
        List<JsonNode> sparsity = config.elements("activation_sparsity_pattern");
        if (!sparsity.isEmpty()) {
            float[] deviations = new float[sparsity.size()];
            for (int i = 0; i < deviations.length; i++) {
                deviations[i] = (float) deviations(sparsity.get(i).asDouble(0));
            }
            keys.put("activation_sparsity_scale", deviations);
        }
    }

    private static void gemma4Keys(HuggingFaceConfig config, Map<String, Object> keys) {
        keys.putIfAbsent("context_length", 131_072L);
        keys.putIfAbsent("rope.freq_base", 1e6);
        long globalSize = config.integer("global_head_dim").orElse(512);
        sharedKeys(config, keys);
        Object localSize = keys.get("attention.key_length");
        for (String key : List.of("attention.key_length", "attention.value_length", "rope.dimension_count")) {
            keys.put(key + "_swa", localSize);
            keys.put(key, globalSize);
        }
        keys.put(
                "final_logit_softcapping",
                config.number("final_logit_softcapping").orElse(0));
        shares(config, keys);
        kinds(config, keys);
        config.integer("top_k_experts").ifPresent(n -> keys.put("expert_used_count", n));
        if (keys.get("attention.sliding_window_pattern") instanceof List<?> sliding) {
            long heads = config.integer("num_key_value_heads").orElse(4);
            long globalHeads = config.flag("attention_k_eq_v").orElse(false)
                    ? config.integer("num_global_key_value_heads").orElse(heads)
                    : heads;
            keys.put(
                    "attention.head_count_kv",
                    sliding.stream()
                            .map(kind -> Boolean.TRUE.equals(kind) ? heads : globalHeads)
                            .toList());
            if (config.flag("use_double_wide_mlp").orElse(false)) {
                long hidden = config.integer("intermediate_size").orElse(0);
                long own =
                        sliding.size() - config.integer("num_kv_shared_layers").orElse(0);
                keys.put(
                        "feed_forward_length",
                        IntStream.range(0, sliding.size())
                                .mapToObj(i -> i < own ? hidden : 2 * hidden)
                                .toList());
            }
        }
    }

    /// Settings of the embeddings for each layer, and of shared keys and values.
    private static void shares(HuggingFaceConfig config, Map<String, Object> keys) {
        config.integer("hidden_size_per_layer_input").ifPresent(n -> keys.put("embedding_length_per_layer_input", n));
        config.integer("num_kv_shared_layers").ifPresent(n -> keys.put("attention.shared_kv_layers", n));
    }

    /// A cap; one that is there and null is none.
    private static void cap(HuggingFaceConfig config, String name, Map<String, Object> keys) {
        if (config.node().has(name)) {
            keys.put(name, config.number(name).orElse(0));
        }
    }

    /// Which layers attend within a window.
    private static void kinds(HuggingFaceConfig config, Map<String, Object> keys) {
        String key = "attention.sliding_window_pattern";
        config.integer("sliding_window_pattern", "_sliding_window_pattern").ifPresent(n -> keys.put(key, n));
        List<JsonNode> kinds = config.elements("layer_types");
        if (!kinds.isEmpty()) {
            keys.put(
                    key,
                    kinds.stream()
                            .map(kind -> kind.asString("").equals("sliding_attention"))
                            .toList());
        }
    }

    /// Standard deviations from the mean below which a share of normally distributed numbers lies: the inverse of
    /// their distribution, by bisection on its series (Marsaglia, "Evaluating the Normal Distribution", 2004).
    ///
    /// @return negative infinity for a share of 0 or less
    private static double deviations(double share) {
        if (!(share > 0)) {
            return Double.NEGATIVE_INFINITY;
        }
        double low = -8;
        double high = 8;
        while (high - low > 1e-12) {
            double middle = (low + high) / 2;
            double term = middle;
            double sum = middle;
            for (int i = 3; i < 200; i += 2) {
                term *= middle * middle / i;
                sum += term;
            }
            if (0.5 + sum * Math.exp(-middle * middle / 2) / Math.sqrt(2 * Math.PI) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

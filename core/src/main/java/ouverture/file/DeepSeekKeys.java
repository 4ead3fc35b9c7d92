package ouverture.file;

import java.util.Map;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// The settings of DeepSeek V2, V3, R1 and Kimi K2 in GGUF's keys, those of files whose attention is not split
/// (`attn_kv_b`): keys and values are those of one head.
final class DeepSeekKeys {
    private DeepSeekKeys() {}

    /// See [HuggingFaceFamily.Derivation#add].
    static void add(HuggingFaceConfig config, Map<String, Object> keys) {
        long rotated = required(config, "qk_rope_head_dim");
        keys.put("attention.key_length", required(config, "qk_nope_head_dim") + rotated);
        keys.put("attention.value_length", required(config, "v_head_dim"));
        keys.put("rope.dimension_count", rotated);
        config.integer("q_lora_rank").ifPresent(n -> keys.put("attention.q_lora_rank", n));
        keys.put("attention.kv_lora_rank", required(config, "kv_lora_rank"));
        addExperts(config, keys);
        RopeScaling.of(config).ifPresent(scaling -> {
            keys.putAll(scaling.keys());
            double magnitude = scaling.settings().number("mscale").orElse(1);
            double temperature = scaling.settings().number("mscale_all_dim").orElse(0);
            if (magnitude != temperature) {
                throw new UnsupportedModelException(
                        config.file() + " has the mscale " + magnitude + " and the mscale_all_dim " + temperature
                                + "; this version knows models where they are equal.");
            }
            keys.put("rope.scaling.yarn_log_multiplier", 0.1 * temperature);
        });
    }

    private static void addExperts(HuggingFaceConfig config, Map<String, Object> keys) {
        keys.put("expert_count", required(config, "n_routed_experts"));
        keys.put("expert_feed_forward_length", required(config, "moe_intermediate_size"));
        keys.put("expert_shared_count", config.integer("n_shared_experts").orElse(0));
        keys.put(
                "leading_dense_block_count",
                config.integer("first_k_dense_replace").orElse(0));
        keys.put("expert_weights_scale", config.number("routed_scaling_factor").orElse(1));
        keys.put("expert_weights_norm", config.flag("norm_topk_prob").orElse(false));
        keys.put("expert_gating_func", gate(config));
        boolean grouped = config.integer("n_group").orElse(1) > 1;
        String method = config.string("topk_method").orElse("noaux_tc");
        if (grouped && method.equals("noaux_tc")) {
            keys.put("expert_group_count", required(config, "n_group"));
            keys.put("expert_group_used_count", required(config, "topk_group"));
        } else if (grouped && !method.equals("greedy")) {
            throw new UnsupportedModelException(config.file() + " chooses groups of experts by the rule "
                    + Sentences.quoted(method) + "; this version knows noaux_tc, and greedy, which has no groups.");
        } else {
            keys.put("expert_group_count", 1L);
            keys.put("expert_group_used_count", 1L);
        }
    }

    private static long gate(HuggingFaceConfig config) {
        String function = config.string("scoring_func").orElse("softmax");
        return switch (function) {
            case "softmax" -> 1;
            case "sigmoid" -> 2;
            default ->
                throw new UnsupportedModelException(config.file() + " scores experts by " + Sentences.quoted(function)
                        + "; this version knows softmax and sigmoid.");
        };
    }

    private static long required(HuggingFaceConfig config, String name) {
        return config.integer(name)
                .orElseThrow(() -> new ModelFileException(config.file() + " lacks " + name + ": it is incomplete."));
    }
}

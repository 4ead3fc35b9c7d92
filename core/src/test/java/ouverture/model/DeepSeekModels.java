package ouverture.model;

import java.util.Random;
import ouverture.file.GgufFixture;

/// Small random models of DeepSeek's architecture.
public final class DeepSeekModels {
    /// Token ids that every one of these models has.
    public static final int VOCABULARY = 32;

    /// What a model is made of.
    ///
    /// @param width of the embedding
    /// @param layers of which the first is dense
    /// @param experts in each mixture
    /// @param hidden columns of one expert
    public record Sizes(int width, int layers, int experts, int active, int hidden) {}

    private static final int HEADS = 2;
    private static final int PLAIN = 4;
    private static final int ROTATED = 2;
    private static final int VALUE = 3;
    private static final int LATENT = 8;
    private static final int RANK = 6;

    private DeepSeekModels() {}

    /// A model with latent attention in the newer layout, one shared expert, and experts chosen by biased
    /// sigmoids from one group, as Kimi K2 has them.
    public static GgufFixture kimi(Sizes sizes, long seed) {
        Random seeds = new Random(seed);
        GgufFixture file = header(sizes);
        matrix(file, seeds, "token_embd.weight", sizes.width, VOCABULARY);
        matrix(file, seeds, "output.weight", sizes.width, VOCABULARY);
        matrix(file, seeds, "output_norm.weight", sizes.width);
        for (int i = 0; i < sizes.layers; i++) {
            String block = "blk." + i + ".";
            matrix(file, seeds, block + "attn_norm.weight", sizes.width);
            matrix(file, seeds, block + "attn_q_a.weight", sizes.width, RANK);
            matrix(file, seeds, block + "attn_q_a_norm.weight", RANK);
            matrix(file, seeds, block + "attn_q_b.weight", RANK, HEADS * (PLAIN + ROTATED));
            matrix(file, seeds, block + "attn_kv_a_mqa.weight", sizes.width, LATENT + ROTATED);
            matrix(file, seeds, block + "attn_kv_a_norm.weight", LATENT);
            matrix(file, seeds, block + "attn_k_b.weight", PLAIN, LATENT, HEADS);
            matrix(file, seeds, block + "attn_v_b.weight", LATENT, VALUE, HEADS);
            matrix(file, seeds, block + "attn_output.weight", HEADS * VALUE, sizes.width);
            matrix(file, seeds, block + "ffn_norm.weight", sizes.width);
            network(file, seeds, block, i == 0 ? "" : "_shexp", sizes);
            if (i > 0) {
                matrix(file, seeds, block + "ffn_gate_inp.weight", sizes.width, sizes.experts);
                matrix(file, seeds, block + "exp_probs_b.bias", sizes.experts);
                matrix(file, seeds, block + "ffn_gate_exps.weight", sizes.width, sizes.hidden, sizes.experts);
                matrix(file, seeds, block + "ffn_up_exps.weight", sizes.width, sizes.hidden, sizes.experts);
                matrix(file, seeds, block + "ffn_down_exps.weight", sizes.hidden, sizes.width, sizes.experts);
            }
        }
        return file;
    }

    private static void network(GgufFixture file, Random seeds, String block, String suffix, Sizes sizes) {
        matrix(file, seeds, block + "ffn_gate" + suffix + ".weight", sizes.width, sizes.hidden);
        matrix(file, seeds, block + "ffn_up" + suffix + ".weight", sizes.width, sizes.hidden);
        matrix(file, seeds, block + "ffn_down" + suffix + ".weight", sizes.hidden, sizes.width);
    }

    private static void matrix(GgufFixture file, Random seeds, String name, long... sizes) {
        file.randomTensor(name, seeds.nextLong(), sizes);
    }

    private static GgufFixture header(Sizes sizes) {
        String prefix = "deepseek2.";
        return GgufFixture.of("deepseek2")
                .with(prefix + "context_length", 512)
                .with(prefix + "embedding_length", sizes.width)
                .with(prefix + "block_count", sizes.layers)
                .with(prefix + "feed_forward_length", sizes.hidden)
                .with(prefix + "leading_dense_block_count", 1)
                .with(prefix + "attention.head_count", HEADS)
                .with(prefix + "attention.head_count_kv", 1)
                .with(prefix + "attention.layer_norm_rms_epsilon", 1e-6f)
                .with(prefix + "attention.q_lora_rank", RANK)
                .with(prefix + "attention.kv_lora_rank", LATENT)
                .with(prefix + "attention.key_length", LATENT + ROTATED)
                .with(prefix + "attention.value_length", LATENT)
                .with(prefix + "attention.key_length_mla", PLAIN + ROTATED)
                .with(prefix + "attention.value_length_mla", VALUE)
                .with(prefix + "rope.dimension_count", ROTATED)
                .with(prefix + "rope.freq_base", 50_000f)
                .with(prefix + "rope.scaling.type", "yarn")
                .with(prefix + "rope.scaling.factor", 32f)
                .with(prefix + "rope.scaling.original_context_length", 16)
                .with(prefix + "rope.scaling.yarn_log_multiplier", 0.1f)
                .with(prefix + "rope.scaling.yarn_beta_fast", 1f)
                .with(prefix + "rope.scaling.yarn_beta_slow", 1f)
                .with(prefix + "expert_count", sizes.experts)
                .with(prefix + "expert_used_count", sizes.active)
                .with(prefix + "expert_feed_forward_length", sizes.hidden)
                .with(prefix + "expert_shared_count", 1)
                .with(prefix + "expert_weights_scale", 2.827f)
                .with(prefix + "expert_weights_norm", true)
                .with(prefix + "expert_gating_func", 2)
                .with(prefix + "expert_group_count", 1)
                .with(prefix + "expert_group_used_count", 1);
    }
}

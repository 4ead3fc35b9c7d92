package ouverture.benchmarks.models;

/// The networks that are measured. Sizes and keys are those of the published models, read from their
/// configuration on Hugging Face; layers are left out where all of them would not fit a small machine.
final class Shapes {
    /// Sizes of a network.
    ///
    /// @param width of a token
    /// @param keyHeads heads of keys and values
    /// @param hidden columns between the matrices of a feed-forward network, or of one expert
    /// @param experts of a layer; 0 where there is one network for all tokens
    /// @param active experts that a token goes to
    record Size(
            String name,
            int layers,
            int width,
            int heads,
            int keyHeads,
            int headSize,
            int hidden,
            int vocabulary,
            int experts,
            int active) {}

    private static final Size LLAMA = new Size("llama-3.2-1b", 16, 2048, 32, 8, 64, 8192, 128_256, 0, 0);
    private static final Size QWEN3 = new Size("qwen3-0.6b", 28, 1024, 16, 8, 128, 3072, 151_936, 0, 0);
    private static final Size GPT_OSS = new Size("gpt-oss-20b-4-layers", 4, 2880, 64, 8, 64, 2880, 201_088, 32, 4);
    private static final Size DEEPSEEK = new Size("deepseek-v3-small", 4, 2048, 16, 1, 192, 768, 129_280, 64, 8);

    private static final Size TINY_LLAMA = new Size("tiny-llama", 2, 256, 4, 2, 64, 512, 512, 0, 0);
    private static final Size TINY_QWEN3 = new Size("tiny-qwen3", 2, 256, 4, 2, 64, 512, 512, 0, 0);
    private static final Size TINY_GPT_OSS = new Size("tiny-gpt-oss", 2, 256, 4, 2, 64, 256, 512, 4, 2);
    private static final Size TINY_DEEPSEEK = new Size("tiny-deepseek", 2, 256, 2, 1, 192, 256, 512, 8, 2);

    /// Elements of a DeepSeek head that are rotated, of its values, and of the latent that all heads share.
    private static final int ROTATED = 64;

    private static final int VALUE_SIZE = 128;
    private static final int LATENT = 512;

    private static final int LONG_CONTEXT = 131_072;
    private static final double EPSILON = 1e-5;

    private Shapes() {}

    static ModelShape llama(boolean tiny) {
        Size size = tiny ? TINY_LLAMA : LLAMA;
        ModelShape.Builder shape = begin(size, "llama").key("rope.freq_base", 500_000.0);
        shape.vector("rope_freqs.weight", size.headSize / 2);
        for (int layer = 0; layer < size.layers; layer++) {
            String block = "blk." + layer + ".";
            attention(shape, block, size, "ffn_norm");
            feedForward(shape, block, "", size.width, size.hidden);
        }
        return shape.build();
    }

    static ModelShape qwen3(boolean tiny) {
        Size size = tiny ? TINY_QWEN3 : QWEN3;
        ModelShape.Builder shape = begin(size, "qwen3").key("rope.freq_base", 1_000_000.0);
        for (int layer = 0; layer < size.layers; layer++) {
            String block = "blk." + layer + ".";
            attention(shape, block, size, "ffn_norm");
            shape.vector(block + "attn_q_norm.weight", size.headSize);
            shape.vector(block + "attn_k_norm.weight", size.headSize);
            feedForward(shape, block, "", size.width, size.hidden);
        }
        return shape.build();
    }

    static ModelShape gptOss(boolean tiny) {
        Size size = tiny ? TINY_GPT_OSS : GPT_OSS;
        ModelShape.Builder shape = begin(size, "gpt-oss")
                .key("rope.freq_base", 150_000.0)
                .key("rope.scaling.type", "yarn")
                .key("rope.scaling.factor", 32.0)
                .key("rope.scaling.original_context_length", 4096)
                .key("attention.sliding_window", 128);
        shape.matrix("output.weight", size.vocabulary, size.width);
        int experts = size.experts;
        for (int layer = 0; layer < size.layers; layer++) {
            String block = "blk." + layer + ".";
            attention(shape, block, size, "post_attention_norm");
            shape.vector(block + "attn_q.bias", size.heads * size.headSize);
            shape.vector(block + "attn_k.bias", size.keyHeads * size.headSize);
            shape.vector(block + "attn_v.bias", size.keyHeads * size.headSize);
            shape.vector(block + "attn_output.bias", size.width);
            shape.vector(block + "attn_sinks.weight", size.heads);
            experts(shape, block, size);
            shape.vector(block + "ffn_gate_inp.bias", experts);
            shape.matrix(block + "ffn_gate_exps.bias", experts, size.hidden);
            shape.matrix(block + "ffn_up_exps.bias", experts, size.hidden);
            shape.matrix(block + "ffn_down_exps.bias", experts, size.width);
        }
        return shape.build();
    }

    /// DeepSeek V3 in small: latent attention, a dense layer, then mixtures with a shared expert and groups.
    static ModelShape deepSeek(boolean tiny) {
        Size size = tiny ? TINY_DEEPSEEK : DEEPSEEK;
        int rank = size.width / 2;
        int dense = size.hidden * size.active;
        ModelShape.Builder shape = begin(size, "deepseek2")
                .key("rope.freq_base", 10_000.0)
                .key("attention.key_length", LATENT + ROTATED)
                .key("attention.value_length", LATENT)
                .key("attention.key_length_mla", size.headSize)
                .key("attention.value_length_mla", VALUE_SIZE)
                .key("attention.q_lora_rank", rank)
                .key("attention.kv_lora_rank", LATENT)
                .key("rope.dimension_count", ROTATED)
                .key("feed_forward_length", dense)
                .key("leading_dense_block_count", 1)
                .key("expert_shared_count", 1)
                .key("expert_group_count", 4)
                .key("expert_group_used_count", 2)
                .key("expert_gating_func", 2)
                .key("expert_weights_norm", true)
                .key("expert_weights_scale", 2.5);
        shape.matrix("output.weight", size.vocabulary, size.width);
        for (int layer = 0; layer < size.layers; layer++) {
            String block = "blk." + layer + ".";
            latentAttention(shape, block, size, rank);
            if (layer == 0) {
                feedForward(shape, block, "", size.width, dense);
            } else {
                experts(shape, block, size);
                shape.vector(block + "exp_probs_b.bias", size.experts);
                feedForward(shape, block, "_shexp", size.width, size.hidden);
            }
        }
        return shape.build();
    }

    private static ModelShape.Builder begin(Size size, String architecture) {
        ModelShape.Builder shape = new ModelShape.Builder(size.name, architecture, size.vocabulary)
                .key("block_count", size.layers)
                .key("context_length", LONG_CONTEXT)
                .key("embedding_length", size.width)
                .key("feed_forward_length", size.hidden)
                .key("attention.head_count", size.heads)
                .key("attention.head_count_kv", size.keyHeads)
                .key("attention.key_length", size.headSize)
                .key("attention.value_length", size.headSize)
                .key("attention.layer_norm_rms_epsilon", EPSILON)
                .key("rope.dimension_count", size.headSize);
        if (size.experts > 0) {
            shape.key("expert_count", size.experts)
                    .key("expert_used_count", size.active)
                    .key("expert_feed_forward_length", size.hidden);
        }
        return shape.matrix("token_embd.weight", size.vocabulary, size.width).vector("output_norm.weight", size.width);
    }

    private static void attention(ModelShape.Builder shape, String block, Size size, String secondNorm) {
        int queries = size.heads * size.headSize;
        int keys = size.keyHeads * size.headSize;
        shape.vector(block + "attn_norm.weight", size.width)
                .matrix(block + "attn_q.weight", queries, size.width)
                .matrix(block + "attn_k.weight", keys, size.width)
                .matrix(block + "attn_v.weight", keys, size.width)
                .matrix(block + "attn_output.weight", size.width, queries)
                .vector(block + secondNorm + ".weight", size.width);
    }

    private static void latentAttention(ModelShape.Builder shape, String block, Size size, int rank) {
        shape.vector(block + "attn_norm.weight", size.width)
                .matrix(block + "attn_q_a.weight", rank, size.width)
                .vector(block + "attn_q_a_norm.weight", rank)
                .matrix(block + "attn_q_b.weight", size.heads * size.headSize, rank)
                .matrix(block + "attn_kv_a_mqa.weight", LATENT + ROTATED, size.width)
                .vector(block + "attn_kv_a_norm.weight", LATENT)
                .planes(block + "attn_k_b.weight", size.heads, LATENT, size.headSize - ROTATED)
                .planes(block + "attn_v_b.weight", size.heads, VALUE_SIZE, LATENT)
                .matrix(block + "attn_output.weight", size.width, size.heads * VALUE_SIZE)
                .vector(block + "ffn_norm.weight", size.width);
    }

    private static void feedForward(ModelShape.Builder shape, String block, String suffix, int width, int hidden) {
        shape.matrix(block + "ffn_gate" + suffix + ".weight", hidden, width)
                .matrix(block + "ffn_up" + suffix + ".weight", hidden, width)
                .matrix(block + "ffn_down" + suffix + ".weight", width, hidden);
    }

    private static void experts(ModelShape.Builder shape, String block, Size size) {
        shape.matrix(block + "ffn_gate_inp.weight", size.experts, size.width)
                .planes(block + "ffn_gate_exps.weight", size.experts, size.hidden, size.width)
                .planes(block + "ffn_up_exps.weight", size.experts, size.hidden, size.width)
                .planes(block + "ffn_down_exps.weight", size.experts, size.width, size.hidden);
    }
}

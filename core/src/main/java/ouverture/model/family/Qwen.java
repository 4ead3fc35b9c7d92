package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.file.Metadata;
import ouverture.model.Experts;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.FeedForward;
import ouverture.model.ForwardPass;
import ouverture.model.Heads;
import ouverture.model.Linear;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.model.RopeSettings;
import ouverture.model.Weights;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// # Qwen 2, 2.5, 3 and 3-MoE (Alibaba), and R1's distillations on Qwen
///
/// Llama's layer with RoPE over the halves of a head. Qwen 2 has biases on query, key and value; Qwen 3 drops
/// them and RMS-norms every head of query and key before RoPE; its mixture form has experts instead of one
/// feed-forward network. Papers: Qwen2, arXiv 2407.10671; Qwen2.5, arXiv 2412.15115; Qwen3, arXiv 2505.09388.
public final class Qwen implements Model {
    public static final Family QWEN2 = new Family(
            "qwen2",
            new Published("Qwen 2, Qwen 2.5, QwQ; R1-Distill-Qwen", 131_072, "permissive, own terms (a few sizes)"),
            (m, w) -> new Qwen(m, w, false, false));
    public static final Family QWEN3 = new Family(
            "qwen3",
            new Published("Qwen 3, 0.6B to 32B", 131_072, "permissive"),
            (m, w) -> new Qwen(m, w, true, false));
    public static final Family QWEN3_MIXTURE = new Family(
            "qwen3moe",
            new Published("Qwen 3 mixtures, Qwen3-Coder", 262_144, "permissive"),
            (m, w) -> new Qwen(m, w, true, true));

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            @Nullable HeadNorms headNorms,
            Norm feedForwardNorm,
            FeedForward feedForward) {}

    private record HeadNorms(Norm query, Norm key) {}

    private final Linear embedding;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention attention;
    private final int contextLength;

    private Qwen(Metadata m, Weights w, boolean normedHeads, boolean mixture) {
        int width = m.integer("embedding_length");
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        contextLength = m.contextLength();
        attention = heads.attention();
        rope = RopeSettings.of(m, w, heads.size());
        embedding = w.embedding(width);
        layers = w.blocks(
                m.integer("block_count"),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        normedHeads
                                ? new HeadNorms(
                                        b.norm("attn_q_norm", heads.size(), epsilon),
                                        b.norm("attn_k_norm", heads.size(), epsilon))
                                : null,
                        b.norm("ffn_norm", width, epsilon),
                        mixture
                                ? mixture(m, b, width)
                                : b.gatedMlp("", width, m.integer("feed_forward_length"), Activation.SILU)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    /// Experts that share the width of a dense network where the file gives none of their own.
    private static FeedForward mixture(Metadata m, Weights b, int width) {
        int active = Math.max(1, m.integer("expert_used_count"));
        int hidden = m.integer("expert_feed_forward_length", m.integer("feed_forward_length", 0) / active);
        Experts experts = Experts.of(m, hidden);
        Routing routing = Routing.softmax(experts.active(), m.flag("expert_weights_norm", true));
        return b.mixture(experts, width, routing, Activation.SILU);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.embed(embedding);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            x = pass.add(x, attention(pass, i, layer, pass.norm(x, layer.attentionNorm)));
            x = pass.add(x, pass.feedForward(pass.norm(x, layer.feedForwardNorm), layer.feedForward));
        }
        return pass.logits(pass.norm(pass.outputRows(x), norm), unembedding);
    }

    private Tensor attention(ForwardPass pass, int i, Layer layer, Tensor x) {
        int headSize = attention.keySize();
        Tensor q = pass.linear(x, layer.query);
        Tensor k = pass.linear(x, layer.key);
        if (layer.headNorms != null) {
            q = pass.normHeads(q, headSize, layer.headNorms.query);
            k = pass.normHeads(k, headSize, layer.headNorms.key);
        }
        q = pass.rope(q, headSize, rope);
        k = pass.rope(k, headSize, rope);
        Tensor v = pass.linear(x, layer.value);
        return pass.linear(pass.attention(i, q, k, v, attention), layer.output);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return Collections.nCopies(layers.size(), attention.cacheShape());
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

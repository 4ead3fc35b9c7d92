package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import ouverture.error.ModelFileException;
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

/// # Llama 2, 3 and 3.1 (Meta), Mistral and Mixtral, Reka Flash 3, SmolLM
///
/// The plain modern transformer: RMSNorm, RoPE over neighbouring pairs, grouped-query attention, SiLU-gated
/// feed-forward, no bias. Mixtral has experts instead of one feed-forward network; the first Mistral attends to
/// a sliding window. Papers: Llama 2, arXiv 2307.09288; Llama 3, arXiv 2407.21783; Mistral, arXiv 2310.06825;
/// Mixtral, arXiv 2401.04088.
public final class Llama implements Model {
    public static final Family FAMILY = new Family(
            "llama",
            new Published(
                    "Llama 2 to 3.3; Mistral, Nemo, Mixtral; Reka Flash 3; R1-Distill-Llama; SmolLM",
                    131_072,
                    "own terms (Llama), permissive (the others)"),
            Llama::new);

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Norm feedForwardNorm,
            FeedForward feedForward) {}

    private final Linear embedding;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention attention;
    private final int contextLength;

    private Llama(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int window = m.integer("attention.sliding_window", 0);
        if (window < 0) {
            throw new ModelFileException(
                    m.file() + " has a sliding window of " + window + " tokens: the header is damaged.");
        }
        contextLength = m.contextLength();
        attention = heads.attention().windowed(window);
        rope = RopeSettings.of(m, w, heads.size()).interleavedPairs();
        embedding = w.embedding(width);
        layers = w.blocks(
                m.integer("block_count"),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        b.norm("ffn_norm", width, epsilon),
                        feedForward(m, b, width)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    private static FeedForward feedForward(Metadata m, Weights b, int width) {
        int hidden = m.integer("feed_forward_length");
        if (m.integer("expert_count", 0) == 0) {
            return b.gatedMlp("", width, hidden, Activation.SILU);
        }
        Experts experts = Experts.of(m, hidden);
        return b.mixture(experts, width, Routing.softmax(experts.active(), true), Activation.SILU);
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
        Tensor q = pass.rope(pass.linear(x, layer.query), attention.keySize(), rope);
        Tensor k = pass.rope(pass.linear(x, layer.key), attention.keySize(), rope);
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

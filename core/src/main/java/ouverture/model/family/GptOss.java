package ouverture.model.family;

import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.file.Metadata;
import ouverture.model.Experts;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.Heads;
import ouverture.model.Linear;
import ouverture.model.Mixture;
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

/// # gpt-oss (OpenAI, 2025)
///
/// Pre-norm transformer with biases everywhere. Even layers attend to a sliding window, odd layers to the whole
/// context; every head has a learned sink that takes the attention nobody wants. The feed-forward is a mixture
/// of experts with a clamped SwiGLU, weighted by a softmax over the chosen ones. Positions: RoPE stretched by
/// YaRN. Paper: gpt-oss model card, arXiv 2508.10925.
public final class GptOss implements Model {
    public static final Family FAMILY =
            new Family("gpt-oss", new Published("gpt-oss 20B and 120B", 131_072, "permissive"), GptOss::new);

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Attention attention,
            Norm mixtureNorm,
            Mixture mixture) {}

    private final Linear embedding;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final int headSize;
    private final int contextLength;

    private GptOss(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int window = m.integer("attention.sliding_window");
        int period = m.integer("attention.sliding_window_pattern", 2);
        if (window < 1 || period < 1) {
            throw new ModelFileException(m.file() + " slides a window of " + window
                    + " tokens in layers by a pattern of " + period + ": the header is damaged.");
        }
        headSize = heads.size();
        contextLength = m.contextLength();
        rope = RopeSettings.of(m, w, headSize);
        Experts experts = Experts.of(m, m.integer("expert_feed_forward_length", m.integer("feed_forward_length", 0)));
        Routing routing = Routing.softmaxOfChosen(experts.active());
        embedding = w.embedding(width);
        layers = w.blocks(
                m.integer("block_count"),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        heads.attention()
                                .windowed(b.block() % period < period - 1 ? window : 0)
                                .withSinks(b.vector("attn_sinks.weight", heads.query())),
                        b.norm("post_attention_norm", width, epsilon),
                        b.mixture(experts, width, routing, Activation.SWIGLU_CLAMPED)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.embed(embedding);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            x = pass.add(x, attention(pass, i, layer, pass.norm(x, layer.attentionNorm)));
            x = pass.add(x, pass.mixture(pass.norm(x, layer.mixtureNorm), layer.mixture));
        }
        return pass.logits(pass.norm(pass.outputRows(x), norm), unembedding);
    }

    private Tensor attention(ForwardPass pass, int i, Layer layer, Tensor x) {
        Tensor q = pass.rope(pass.linear(x, layer.query), headSize, rope);
        Tensor k = pass.rope(pass.linear(x, layer.key), headSize, rope);
        Tensor v = pass.linear(x, layer.value);
        return pass.linear(pass.attention(i, q, k, v, layer.attention), layer.output);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return layers.stream().map(layer -> layer.attention.cacheShape()).toList();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

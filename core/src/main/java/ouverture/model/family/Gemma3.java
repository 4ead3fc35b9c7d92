package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import ouverture.file.Metadata;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.GatedMlp;
import ouverture.model.Heads;
import ouverture.model.LayerSettings;
import ouverture.model.Linear;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.model.RopeSettings;
import ouverture.model.Weights;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// # Gemma 3, text (Google, 2025)
///
/// Five local layers (sliding window, RoPE base 10 000) to one global layer (base 1 000 000, stretched where the
/// file says so); norms before and after each block and on queries and keys. Report: arXiv 2503.19786.
public final class Gemma3 implements Model {
    public static final Family FAMILY =
            new Family("gemma3", new Published("Gemma 3 (text)", 131_072, "own terms"), Gemma3::new);

    /// Layers of the 27B model, whose scores are scaled by width / heads in place of the head size.
    private static final int LAYERS_OF_27B = 62;

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Norm queryNorm,
            Linear key,
            Norm keyNorm,
            Linear value,
            Linear output,
            Norm attentionOutputNorm,
            Attention attention,
            Rope rope,
            Norm mlpNorm,
            GatedMlp mlp,
            Norm mlpOutputNorm) {}

    private final Linear embedding;
    private final float embeddingScale;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Attention global;
    private final float finalCap;
    private final int contextLength;

    private Gemma3(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        int count = LayerSettings.count(m);
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int hidden = m.integer("feed_forward_length");
        contextLength = m.contextLength();
        global = heads.attention()
                .scaled(heads.scoreScale(m, count == LAYERS_OF_27B ? width / heads.query() : heads.size()));
        Rope globalRope = RopeSettings.of(m, w, heads.size());
        // a file without a window has global layers only
        boolean windowed = m.integer("attention.sliding_window", 0) != 0;
        boolean[] sliding = LayerSettings.sliding(m, count, windowed ? 6 : 1);
        Attention local = windowed ? global.windowed(LayerSettings.window(m)) : global;
        Rope localRope = RopeSettings.local(m, heads.size());
        embedding = w.embedding(width);
        embeddingScale = (float) Math.sqrt(width);
        layers = w.blocks(
                count,
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.norm("attn_q_norm", heads.size(), epsilon),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.norm("attn_k_norm", heads.size(), epsilon),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        b.norm("post_attention_norm", width, epsilon),
                        sliding[b.block()] ? local : global,
                        sliding[b.block()] ? localRope : globalRope,
                        b.norm("ffn_norm", width, epsilon),
                        b.gatedMlp("", width, hidden, Activation.GELU_TANH),
                        b.norm("post_ffw_norm", width, epsilon)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
        finalCap = m.number("final_logit_softcapping", 0);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.scale(pass.embed(embedding), embeddingScale);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            Tensor a = attention(pass, i, layer, pass.norm(x, layer.attentionNorm));
            x = pass.add(x, pass.norm(a, layer.attentionOutputNorm));
            Tensor h = pass.gatedMlp(pass.norm(x, layer.mlpNorm), layer.mlp);
            x = pass.add(x, pass.norm(h, layer.mlpOutputNorm));
        }
        return pass.softcap(pass.logits(pass.norm(pass.outputRows(x), norm), unembedding), finalCap);
    }

    private Tensor attention(ForwardPass pass, int i, Layer layer, Tensor x) {
        int size = global.keySize();
        Tensor q = pass.rope(pass.normHeads(pass.linear(x, layer.query), size, layer.queryNorm), size, layer.rope);
        Tensor k = pass.rope(pass.normHeads(pass.linear(x, layer.key), size, layer.keyNorm), size, layer.rope);
        Tensor v = pass.linear(x, layer.value);
        return pass.linear(pass.attention(i, q, k, v, layer.attention), layer.output);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return Collections.nCopies(layers.size(), global.cacheShape());
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

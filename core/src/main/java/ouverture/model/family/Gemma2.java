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

/// # Gemma 2 (Google, 2024)
///
/// Every other layer attends within a sliding window; attention scores and final logits are capped softly; each
/// block is normalised before and after. Report: arXiv 2408.00118.
public final class Gemma2 implements Model {
    public static final Family FAMILY = new Family("gemma2", new Published("Gemma 2", 8_192, "own terms"), Gemma2::new);

    /// Layers of the 27B model, whose scores are scaled by width / heads in place of the head size.
    private static final int LAYERS_OF_27B = 46;

    private static final int DEFAULT_WINDOW = 4096;

    private record Layer(
            Norm attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            Norm attentionOutputNorm,
            Attention attention,
            Norm mlpNorm,
            GatedMlp mlp,
            Norm mlpOutputNorm) {}

    private final Linear embedding;
    private final float embeddingScale;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention full;
    private final float finalCap;
    private final int contextLength;

    private Gemma2(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        int count = LayerSettings.count(m);
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int hidden = m.integer("feed_forward_length");
        contextLength = m.contextLength();
        full = heads.attention()
                .scaled(heads.scoreScale(m, count == LAYERS_OF_27B ? width / heads.query() : heads.size()))
                .capped(m.number("attn_logit_softcapping", 50));
        int window = m.has("attention.sliding_window") ? LayerSettings.window(m) : DEFAULT_WINDOW;
        Attention local = full.windowed(window);
        boolean[] sliding = LayerSettings.sliding(m, count, 2);
        rope = RopeSettings.of(m, w, heads.size());
        embedding = w.embedding(width);
        embeddingScale = (float) Math.sqrt(width);
        layers = w.blocks(
                count,
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        b.norm("post_attention_norm", width, epsilon),
                        sliding[b.block()] ? local : full,
                        b.norm("ffn_norm", width, epsilon),
                        b.gatedMlp("", width, hidden, Activation.GELU_TANH),
                        b.norm("post_ffw_norm", width, epsilon)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
        finalCap = m.number("final_logit_softcapping", 30);
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
        Tensor q = pass.rope(pass.linear(x, layer.query), full.keySize(), rope);
        Tensor k = pass.rope(pass.linear(x, layer.key), full.keySize(), rope);
        Tensor v = pass.linear(x, layer.value);
        return pass.linear(pass.attention(i, q, k, v, layer.attention), layer.output);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return Collections.nCopies(layers.size(), full.cacheShape());
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

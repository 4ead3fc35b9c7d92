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

/// # Gemma (Google, 2024)
///
/// A pre-norm transformer with a GELU gate, heads whose size is not width / heads, and one matrix for input and
/// output, whose rows are scaled by the root of the width on the way in. Report: arXiv 2403.08295.
public final class Gemma implements Model {
    public static final Family FAMILY = new Family("gemma", new Published("Gemma 1", 8_192, "own terms"), Gemma::new);

    private record Layer(
            Norm attentionNorm, Linear query, Linear key, Linear value, Linear output, Norm mlpNorm, GatedMlp mlp) {}

    private final Linear embedding;
    private final float embeddingScale;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention attention;
    private final int contextLength;

    private Gemma(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int hidden = m.integer("feed_forward_length");
        contextLength = m.contextLength();
        attention = heads.attention();
        rope = RopeSettings.of(m, w, heads.size());
        embedding = w.embedding(width);
        embeddingScale = (float) Math.sqrt(width);
        layers = w.blocks(
                LayerSettings.count(m),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_q", heads.queryColumns(), width),
                        b.linear("attn_k", heads.keyValueColumns(), width),
                        b.linear("attn_v", heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        b.norm("ffn_norm", width, epsilon),
                        b.gatedMlp("", width, hidden, Activation.GELU_TANH)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.scale(pass.embed(embedding), embeddingScale);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            x = pass.add(x, attention(pass, i, layer, pass.norm(x, layer.attentionNorm)));
            x = pass.add(x, pass.gatedMlp(pass.norm(x, layer.mlpNorm), layer.mlp));
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

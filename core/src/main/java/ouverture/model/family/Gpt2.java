package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import ouverture.file.Metadata;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.Heads;
import ouverture.model.Linear;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.model.Weights;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// # GPT-2 (OpenAI, 2019)
///
/// Pre-norm transformer with LayerNorm, learned positions, one fused matrix for query, key and value, a GELU
/// feed-forward network, biases everywhere, and the embedding used again as output matrix.
/// Paper: "Language Models are Unsupervised Multitask Learners".
public final class Gpt2 implements Model {
    public static final Family FAMILY = new Family("gpt2", new Published("GPT-2", 1_024, "permissive"), Gpt2::new);

    private record Layer(Norm attentionNorm, Linear qkv, Linear output, Norm mlpNorm, Linear up, Linear down) {}

    private final Linear embedding;
    private final Tensor positions;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Attention attention;
    private final Heads heads;

    private Gpt2(Metadata m, Weights w) {
        int width = m.integer("embedding_length");
        float epsilon = m.number("attention.layer_norm_epsilon");
        int hidden = m.integer("feed_forward_length");
        heads = Heads.of(m);
        attention = heads.attention();
        embedding = w.embedding(width);
        positions = w.matrix("position_embd.weight", m.contextLength(), width);
        layers = w.blocks(
                m.integer("block_count"),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        b.linear("attn_qkv", heads.queryColumns() + 2 * heads.keyValueColumns(), width),
                        b.linear("attn_output", width, heads.queryColumns()),
                        b.norm("ffn_norm", width, epsilon),
                        b.linear("ffn_up", hidden, width),
                        b.linear("ffn_down", width, hidden)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.add(pass.embed(embedding), pass.embedPositions(positions));
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            x = pass.add(x, attention(pass, i, layer, pass.norm(x, layer.attentionNorm)));
            x = pass.add(x, pass.mlp(pass.norm(x, layer.mlpNorm), layer.up, Activation.GELU_TANH, layer.down));
        }
        return pass.logits(pass.norm(pass.outputRows(x), norm), unembedding);
    }

    private Tensor attention(ForwardPass pass, int i, Layer layer, Tensor x) {
        Tensor qkv = pass.linear(x, layer.qkv);
        int width = heads.queryColumns();
        int keyWidth = heads.keyValueColumns();
        Tensor q = pass.columns(qkv, 0, width);
        Tensor k = pass.columns(qkv, width, keyWidth);
        Tensor v = pass.columns(qkv, width + keyWidth, keyWidth);
        return pass.linear(pass.attention(i, q, k, v, attention), layer.output);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return Collections.nCopies(layers.size(), attention.cacheShape());
    }

    @Override
    public int contextLength() {
        return positions.rows();
    }
}

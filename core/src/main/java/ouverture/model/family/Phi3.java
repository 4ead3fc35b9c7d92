package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import ouverture.file.Metadata;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.GatedMlp;
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
import ouverture.tensor.Tensor;

/// # Phi-3, Phi-3.5 and Phi-4-mini (Microsoft)
///
/// Llama's layer with two fused matrices: query, key and value; gate and up. Long contexts by LongRoPE: one of
/// two lists of frequency factors, by the context that the model is opened with; Phi-4-mini rotates only a part
/// of each head. The files' sliding window is not used, as no engine of GGUF files does.
/// Papers: Phi-3, arXiv 2404.14219; LongRoPE, arXiv 2402.13753; Phi-4-mini, arXiv 2503.01743.
public final class Phi3 implements Model {
    public static final Family FAMILY =
            new Family("phi3", new Published("Phi-3, Phi-3.5, Phi-4, Phi-4-mini", 131_072, "permissive"), Phi3::new);

    private record Layer(
            Norm attentionNorm, Linear query, Linear key, Linear value, Linear output, Norm mlpNorm, GatedMlp mlp) {}

    private final Linear embedding;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention attention;
    private final int contextLength;

    private Phi3(Metadata m, Weights w, int context) {
        int width = m.integer("embedding_length");
        Heads heads = Heads.of(m);
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int hidden = m.integer("feed_forward_length");
        contextLength = m.contextLength();
        attention = heads.attention();
        rope = longRope(m, w, heads.size(), context);
        embedding = w.embedding(width);
        layers = w.blocks(m.integer("block_count"), b -> layer(b, heads, width, hidden, epsilon));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    private static Layer layer(Weights b, Heads heads, int width, int hidden, float epsilon) {
        int q = heads.queryColumns();
        int kv = heads.keyValueColumns();
        Linear output = b.linear("attn_output", width, q);
        Linear qkv = b.linear("attn_qkv", q + 2 * kv, width);
        Linear down = b.linear("ffn_down", width, hidden);
        Linear gateUp = b.linear("ffn_up", 2 * hidden, width);
        return new Layer(
                b.norm("attn_norm", width, epsilon),
                qkv.outputs(0, q),
                qkv.outputs(q, kv),
                qkv.outputs(q + kv, kv),
                output,
                b.norm("ffn_norm", width, epsilon),
                new GatedMlp(gateUp.outputs(0, hidden), gateUp.outputs(hidden, hidden), down, Activation.SILU));
    }

    /// Frequencies divided by the long factors where the context goes beyond that of the first training, by the
    /// short ones otherwise.
    private static Rope longRope(Metadata m, Weights w, int headSize, int context) {
        Rope rope = RopeSettings.of(m, w, headSize);
        boolean extended = context > RopeSettings.trainedContext(m);
        String which = extended ? "rope_factors_long.weight" : "rope_factors_short.weight";
        float[] factors = w.numbers(which, rope.inverseFrequencies().length);
        return factors == null ? rope : rope.dividedBy(factors);
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.embed(embedding);
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

package ouverture.model.family;

import java.util.Arrays;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.file.Metadata;
import ouverture.model.AltUp;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.Heads;
import ouverture.model.LayerEmbeddings;
import ouverture.model.LayerGate;
import ouverture.model.LayerSettings;
import ouverture.model.Linear;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.model.NormedAttention;
import ouverture.model.RopeSettings;
import ouverture.model.Weights;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// # Gemma 3n, text (Google, 2025)
///
/// A stack of residual streams of which each layer computes one and predicts the others (AltUp, arXiv
/// 2301.13310); a low-rank path beside attention (LAuReL, arXiv 2411.07501); an embedding for each layer; gates
/// of which only the largest pass in the first layers; and last layers that attend to the keys and values of
/// earlier ones. Source: Google's model card and Hugging Face's definition `gemma3n`.
public final class Gemma3n implements Model {
    public static final Family FAMILY =
            new Family("gemma3n", new Published("Gemma 3n (text)", 32_768, "own terms"), Gemma3n::new);

    /// Layers whose gates are sparse in a file that does not say so.
    private static final int SPARSE_LAYERS = 10;

    /// Standard deviations that 95 % of normally distributed numbers do not exceed the mean by.
    private static final float DEVIATIONS = 1.6448534f;

    private record Laurel(Linear left, Linear right, Norm norm) {}

    private record Layer(
            AltUp.Router router,
            Norm attentionNorm,
            Laurel laurel,
            NormedAttention attention,
            Norm attentionOutputNorm,
            Norm mlpNorm,
            Linear gateProjection,
            Linear up,
            Linear down,
            float sparsity,
            Norm mlpOutputNorm,
            LayerGate gate) {}

    private final Linear embedding;
    private final int width;
    private final float epsilon;
    private final AltUp altUp;
    private final LayerEmbeddings layerEmbeddings;
    private final List<Layer> layers;
    private final int caches;
    private final Norm norm;
    private final Linear unembedding;
    private final float finalCap;
    private final int contextLength;

    private Gemma3n(Metadata m, Weights w) {
        width = m.integer("embedding_length");
        epsilon = m.number("attention.layer_norm_rms_epsilon");
        contextLength = m.contextLength();
        finalCap = m.number("final_logit_softcapping", 30);
        embedding = w.embedding(width);
        altUp = AltUp.of(m, w, width, epsilon);
        int count = LayerSettings.count(m);
        int shareSize = m.integer("embedding_length_per_layer_input", 256);
        layerEmbeddings = LayerEmbeddings.of(w, count, shareSize, width, epsilon);
        caches = LayerSettings.ownCaches(m, count, Math.max(0, count - 20));
        boolean[] sliding = LayerSettings.sliding(m, count, 5);
        int[] sources = LayerSettings.sources(m, sliding, caches);
        int[] hidden = m.integers("feed_forward_length", count);
        float[] sparsity = sparsity(m, count);
        Heads heads = Heads.of(m);
        Attention global = heads.attention().scaled(1);
        Attention local = global.windowed(LayerSettings.window(m));
        Rope globalRope = RopeSettings.of(m, w, heads.size());
        Rope localRope = RopeSettings.local(m, heads.size());
        layers = w.blocks(
                count,
                b -> new Layer(
                        altUp.router(b),
                        b.norm("attn_norm", width, epsilon),
                        laurel(b),
                        NormedAttention.of(
                                b,
                                width,
                                sources[b.block()],
                                sliding[b.block()] ? local : global,
                                sliding[b.block()] ? localRope : globalRope,
                                epsilon,
                                false),
                        b.norm("post_attention_norm", width, epsilon),
                        b.norm("ffn_norm", width, epsilon),
                        b.linear("ffn_gate", hidden[b.block()], width),
                        b.linear("ffn_up", hidden[b.block()], width),
                        b.linear("ffn_down", width, hidden[b.block()]),
                        sparsity[b.block()],
                        b.norm("post_ffw_norm", width, epsilon),
                        LayerGate.of(b, shareSize, width, epsilon)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    /// Standard deviations that a gate must exceed its mean by in each layer; none where they are not finite.
    private static float[] sparsity(Metadata m, int count) {
        float[] usual = new float[count];
        Arrays.fill(usual, Float.NEGATIVE_INFINITY);
        Arrays.fill(usual, 0, Math.min(SPARSE_LAYERS, count), DEVIATIONS);
        float[] listed = m.numbers("activation_sparsity_scale").orElse(usual);
        if (listed.length != count) {
            throw new ModelFileException(m.file() + ": activation_sparsity_scale has " + listed.length
                    + " elements and should have " + count + ".");
        }
        return listed;
    }

    private Laurel laurel(Weights b) {
        int rank = b.rows("laurel_l.weight");
        return new Laurel(
                b.linear("laurel_l", rank, width),
                b.linear("laurel_r", width, rank),
                b.norm("laurel_post_norm", width, epsilon));
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.scale(pass.embed(embedding), (float) Math.sqrt(width));
        Tensor shares = layerEmbeddings.of(pass, x);
        Tensor streams = altUp.streams(pass, x);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            List<Tensor> predicted = altUp.predict(pass, layer.router, streams);
            Tensor computed = compute(pass, layer, predicted.get(altUp.active()));
            List<Tensor> corrected = altUp.correct(pass, layer.router, predicted, computed);
            Tensor scaled = pass.columns(corrected.get(altUp.active()), 0, width);
            pass.scaleColumns(scaled, layer.router.scale());
            Tensor gated = layer.gate.of(pass, scaled, layerEmbeddings.share(pass, shares, i));
            corrected.stream().skip(1).forEach(stream -> pass.add(stream, gated));
            altUp.replace(pass, streams, corrected);
        }
        Tensor out = altUp.merge(pass, pass.outputRows(streams));
        return pass.softcap(pass.logits(pass.norm(out, norm), unembedding), finalCap);
    }

    private Tensor compute(ForwardPass pass, Layer layer, Tensor x) {
        Tensor h = pass.norm(x, layer.attentionNorm);
        Tensor low = pass.linear(pass.linear(h, layer.laurel.left), layer.laurel.right);
        Tensor laurel = pass.add(pass.norm(low, layer.laurel.norm), h);
        Tensor a = pass.add(pass.norm(layer.attention.of(pass, h), layer.attentionOutputNorm), x);
        a = pass.scale(pass.add(a, laurel), (float) Math.sqrt(0.5));
        return pass.add(pass.norm(mlp(pass, layer, pass.norm(a, layer.mlpNorm)), layer.mlpOutputNorm), a);
    }

    private static Tensor mlp(ForwardPass pass, Layer layer, Tensor x) {
        Tensor gate = pass.linear(x, layer.gateProjection);
        if (Float.isFinite(layer.sparsity)) {
            pass.excess(gate, layer.sparsity);
        }
        return pass.linear(pass.gate(gate, pass.linear(x, layer.up), Activation.GELU_TANH), layer.down);
    }

    @Override
    public List<KvCache.Shape> cacheShapes() {
        return layers.stream()
                .limit(caches)
                .map(layer -> layer.attention.attention().cacheShape())
                .toList();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

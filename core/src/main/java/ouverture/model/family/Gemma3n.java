package ouverture.model.family;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.file.Metadata;
import ouverture.model.Family;
import ouverture.model.ForwardPass;
import ouverture.model.Heads;
import ouverture.model.LayerEmbeddings;
import ouverture.model.LayerGate;
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

/// # Gemma 3n, text (Google, 2025)
///
/// A stack of residual streams of which each layer computes one and predicts the others (AltUp, arXiv
/// 2301.13310); a low-rank path beside attention (LAuReL, arXiv 2411.07501); an embedding for each layer; gates
/// of which only the largest pass in the first layers; and last layers that attend to the keys and values of
/// earlier ones. Source: Google's model card and Hugging Face's definition `gemma3n`.
public final class Gemma3n implements Model {
    public static final Family FAMILY = new Family("gemma3n", Gemma3n::new);

    /// Layers whose gates are sparse in a file that does not say so.
    private static final int SPARSE_LAYERS = 10;

    /// Standard deviations that 95 % of normally distributed numbers do not exceed the mean by.
    private static final float DEVIATIONS = 1.6448533535f;

    private record KeyValue(Linear key, Norm keyNorm, Linear value) {}

    private record AltUp(Norm norm, Linear router, Linear predict, Linear correct, Tensor correctedScale) {}

    private record Laurel(Linear left, Linear right, Norm norm) {}

    private record Layer(
            AltUp altUp,
            Norm attentionNorm,
            Laurel laurel,
            Linear query,
            Norm queryNorm,
            @Nullable KeyValue keyValue,
            Linear output,
            Norm attentionOutputNorm,
            int cache,
            Attention attention,
            Rope rope,
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
    private final int streams;
    private final int active;
    private final List<Linear> projections;
    private final List<Linear> unprojections;
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
        contextLength = m.integer("context_length");
        finalCap = m.number("final_logit_softcapping", 30);
        embedding = w.embedding(width);
        streams = m.integer("altup.num_inputs", 4);
        active = m.integer("altup.active_idx", 0);
        if (streams < 2 || streams > 64 || active < 0 || active >= streams) {
            throw new ModelFileException(
                    m.file() + " has stream " + active + " of " + streams + ": the header is damaged.");
        }
        projections = planes(w.planes("altup_proj.weight", streams - 1, width, width));
        unprojections = planes(w.planes("altup_unembd_proj.weight", streams - 1, width, width));
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
        layers = w.blocks(count, b -> new Layer(
                altUp(b),
                b.norm("attn_norm", width, epsilon),
                laurel(b),
                b.linear("attn_q", heads.queryColumns(), width),
                b.norm("attn_q_norm", heads.size(), epsilon),
                b.block() < caches ? keyValue(b, heads) : null,
                b.linear("attn_output", width, heads.queryColumns()),
                b.norm("post_attention_norm", width, epsilon),
                sources[b.block()],
                sliding[b.block()] ? local : global,
                sliding[b.block()] ? localRope : globalRope,
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

    private AltUp altUp(Weights b) {
        return new AltUp(
                b.norm("altup_router_norm", width, epsilon),
                b.linear("altup_router", streams, width),
                b.linear("altup_predict_coef", streams * streams, streams),
                b.linear("altup_correct_coef", streams, streams),
                b.scalars("altup_correct_scale.weight", width));
    }

    private Laurel laurel(Weights b) {
        int rank = b.rows("laurel_l.weight");
        return new Laurel(
                b.linear("laurel_l", rank, width),
                b.linear("laurel_r", width, rank),
                b.norm("laurel_post_norm", width, epsilon));
    }

    private KeyValue keyValue(Weights b, Heads heads) {
        return new KeyValue(
                b.linear("attn_k", heads.keyValueColumns(), width),
                b.norm("attn_k_norm", heads.size(), epsilon),
                b.linear("attn_v", heads.keyValueColumns(), width));
    }

    private static List<Linear> planes(Tensor weights) {
        return IntStream.range(0, weights.planes())
                .mapToObj(plane -> new Linear(weights.plane(plane), null))
                .toList();
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.scale(pass.embed(embedding), (float) Math.sqrt(width));
        Tensor shares = layerEmbeddings.of(pass, x);
        Tensor stack = stack(pass, x);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            List<Tensor> predicted = predict(pass, layer.altUp, stack);
            Tensor computed = compute(pass, layer, predicted.get(active));
            List<Tensor> corrected = correct(pass, layer.altUp, predicted, computed);
            Tensor scaled = pass.linearPerHead(corrected.get(active), layer.altUp.correctedScale);
            Tensor gated = layer.gate.of(pass, scaled, layerEmbeddings.share(pass, shares, i));
            for (int s = 0; s < streams; s++) {
                Tensor stream = corrected.get(s);
                pass.put(stack, s == 0 ? stream : pass.add(stream, gated), s * width);
            }
        }
        Tensor out = unstack(pass, pass.outputRows(stack));
        return pass.softcap(pass.linear(pass.norm(out, norm), unembedding), finalCap);
    }

    /// The embedding and projections of it, all of one magnitude.
    private Tensor stack(ForwardPass pass, Tensor x) {
        List<Tensor> parts = new ArrayList<>(List.of(x));
        for (Linear projection : projections) {
            parts.add(pass.matchMagnitude(pass.linear(x, projection), x));
        }
        return pass.stack(parts);
    }

    /// The mean of the streams, projected back.
    private Tensor unstack(ForwardPass pass, Tensor stack) {
        Tensor computed = stream(pass, stack, active);
        Tensor sum = stream(pass, stack, 0);
        for (int s = 1; s < streams; s++) {
            Tensor part = pass.linear(stream(pass, stack, s), unprojections.get(s - 1));
            pass.add(sum, pass.matchMagnitude(part, computed));
        }
        return pass.scale(sum, 1f / streams);
    }

    private Tensor stream(ForwardPass pass, Tensor stack, int index) {
        return pass.columns(stack, index * width, width);
    }

    /// tanh(router(norm(x) / width)): a number for each stream.
    private Tensor route(ForwardPass pass, AltUp altUp, Tensor x) {
        Tensor scaled = pass.scale(pass.norm(x, altUp.norm), 1f / width);
        return pass.softcap(pass.linear(scaled, altUp.router), 1);
    }

    /// Each stream plus a mixture of all, as the computed one says.
    private List<Tensor> predict(ForwardPass pass, AltUp altUp, Tensor stack) {
        Tensor coefficients = pass.linear(route(pass, altUp, stream(pass, stack, active)), altUp.predict);
        Tensor rows = stack.shaped(stack.rows() * streams, width);
        List<Tensor> predicted = new ArrayList<>();
        for (int s = 0; s < streams; s++) {
            Tensor mixture = pass.combine(rows, pass.columns(coefficients, s * streams, streams));
            predicted.add(pass.add(mixture, stream(pass, stack, s)));
        }
        return predicted;
    }

    /// Each prediction plus (1 + c) times what the computed stream differs from its own.
    private List<Tensor> correct(ForwardPass pass, AltUp altUp, List<Tensor> predicted, Tensor computed) {
        Tensor coefficients = pass.linear(route(pass, altUp, computed), altUp.correct);
        Tensor innovation = pass.scale(pass.columns(predicted.get(active), 0, width), -1);
        pass.add(innovation, computed);
        List<Tensor> corrected = new ArrayList<>();
        for (int s = 0; s < streams; s++) {
            Tensor share = pass.combine(innovation, pass.columns(coefficients, s, 1));
            corrected.add(pass.add(pass.add(share, innovation), predicted.get(s)));
        }
        return corrected;
    }

    private Tensor compute(ForwardPass pass, Layer layer, Tensor x) {
        Tensor h = pass.norm(x, layer.attentionNorm);
        Tensor low = pass.linear(pass.linear(h, layer.laurel.left), layer.laurel.right);
        Tensor laurel = pass.add(pass.norm(low, layer.laurel.norm), h);
        Tensor a = pass.add(pass.norm(attention(pass, layer, h), layer.attentionOutputNorm), x);
        a = pass.scale(pass.add(a, laurel), (float) Math.sqrt(0.5));
        return pass.add(pass.norm(mlp(pass, layer, pass.norm(a, layer.mlpNorm)), layer.mlpOutputNorm), a);
    }

    private Tensor attention(ForwardPass pass, Layer layer, Tensor x) {
        int size = layer.attention.keySize();
        Tensor q = pass.rope(pass.normHeads(pass.linear(x, layer.query), size, layer.queryNorm), size, layer.rope);
        KeyValue own = layer.keyValue;
        if (own == null) {
            return pass.linear(pass.attention(layer.cache, q, layer.attention), layer.output);
        }
        Tensor k = pass.rope(pass.normHeads(pass.linear(x, own.key), size, own.keyNorm), size, layer.rope);
        Tensor v = pass.normHeads(pass.linear(x, own.value), size, epsilon);
        return pass.linear(pass.attention(layer.cache, q, k, v, layer.attention), layer.output);
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
                .map(layer -> layer.attention.cacheShape())
                .toList();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }
}

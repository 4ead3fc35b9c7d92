package ouverture.model.family;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.file.Metadata;
import ouverture.model.Experts;
import ouverture.model.Family;
import ouverture.model.Family.Published;
import ouverture.model.ForwardPass;
import ouverture.model.GatedMlp;
import ouverture.model.Heads;
import ouverture.model.LayerEmbeddings;
import ouverture.model.LayerGate;
import ouverture.model.LayerSettings;
import ouverture.model.Linear;
import ouverture.model.Mixture;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.model.NormedAttention;
import ouverture.model.RopeSettings;
import ouverture.model.Weights;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// # Gemma 4, text (Google, 2026): E2B and E4B, dense, and a mixture
///
/// Local and global layers have heads of their own size and number; global ones rotate a part of each head only
/// and may use the keys again as values; values are normalised and scores not scaled. The last layers may attend
/// to the keys and values of earlier ones. E models add an embedding for each layer; the mixture has experts
/// beside the dense network of each layer. Source: Google's model card and Hugging Face's definition `gemma4`.
public final class Gemma4 implements Model {
    public static final Family FAMILY = new Family(
            "gemma4", new Published("Gemma 4 E, dense and mixture (text)", 262_144, "permissive"), Gemma4::new);

    /// The experts beside a layer's dense network.
    private record ExpertBlock(Norm routerNorm, Norm norm, Mixture mixture, Norm outputNorm, Norm denseOutputNorm) {}

    private record Layer(
            Norm attentionNorm,
            NormedAttention attention,
            Norm attentionOutputNorm,
            Norm mlpNorm,
            GatedMlp mlp,
            @Nullable ExpertBlock experts,
            Norm mlpOutputNorm,
            @Nullable LayerGate gate,
            float scale) {}

    private final Linear embedding;
    private final int width;
    private final float epsilon;
    private final @Nullable LayerEmbeddings layerEmbeddings;
    private final List<Layer> layers;
    private final int caches;
    private final Norm norm;
    private final Linear unembedding;
    private final float finalCap;
    private final int contextLength;

    private Gemma4(Metadata m, Weights w) {
        width = m.integer("embedding_length");
        epsilon = m.number("attention.layer_norm_rms_epsilon");
        contextLength = m.contextLength();
        finalCap = m.number("final_logit_softcapping", 30);
        embedding = w.embedding(width);
        int count = LayerSettings.count(m);
        int shareSize = m.integer("embedding_length_per_layer_input", 0);
        layerEmbeddings = shareSize == 0 ? null : LayerEmbeddings.of(w, count, shareSize, width, epsilon);
        caches = LayerSettings.ownCaches(m, count, 0);
        boolean[] sliding = LayerSettings.sliding(m, count, 6);
        int[] sources = LayerSettings.sources(m, sliding, caches);
        int[] queryHeads = m.integers("attention.head_count", count);
        int[] keyValueHeads = m.integers("attention.head_count_kv", count);
        int[] hidden = m.integers("feed_forward_length", count);
        int globalSize = m.integer("attention.key_length");
        int localSize = m.integer("attention.key_length_swa", globalSize);
        int window = LayerSettings.window(m);
        boolean mixed = m.integer("expert_count", 0) > 0;
        Rope localRope = RopeSettings.local(m, localSize);
        Rope globalRope = RopeSettings.proportional(m, w, globalSize);
        layers = w.blocks(count, b -> {
            boolean local = sliding[b.block()];
            int source = sources[b.block()];
            Heads heads = Heads.of(m, queryHeads[b.block()], keyValueHeads[source], local ? localSize : globalSize);
            Attention full = heads.attention().scaled(1);
            return new Layer(
                    b.norm("attn_norm", width, epsilon),
                    local
                            ? NormedAttention.of(b, width, source, full.windowed(window), localRope, epsilon, false)
                            : NormedAttention.of(b, width, source, full, globalRope, epsilon, true),
                    b.norm("post_attention_norm", width, epsilon),
                    b.norm("ffn_norm", width, epsilon),
                    b.gatedMlp("", width, hidden[b.block()], Activation.GELU_TANH),
                    mixed ? experts(m, b) : null,
                    b.norm("post_ffw_norm", width, epsilon),
                    shareSize == 0 ? null : LayerGate.of(b, shareSize, width, epsilon),
                    Objects.requireNonNullElse(b.numbers("layer_output_scale.weight", 1), new float[] {1})[0]);
        });
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    private ExpertBlock experts(Metadata m, Weights b) {
        Experts experts = Experts.of(m, m.integer("expert_feed_forward_length"));
        Mixture mixture = b.mixture(experts, width, Routing.softmax(experts.active(), true), Activation.GELU_TANH);
        String factors = "ffn_down_exps.scale";
        return new ExpertBlock(
                new Norm(b.vector("ffn_gate_inp.scale", width), null, epsilon),
                b.norm("pre_ffw_norm_2", width, epsilon),
                b.has(factors) ? mixture.scaled(b.scalars(factors, experts.count())) : mixture,
                b.norm("post_ffw_norm_2", width, epsilon),
                b.norm("post_ffw_norm_1", width, epsilon));
    }

    @Override
    public Tensor forward(ForwardPass pass) {
        Tensor x = pass.scale(pass.embed(embedding), (float) Math.sqrt(width));
        Tensor shares = layerEmbeddings == null ? x : layerEmbeddings.of(pass, x);
        for (int i = 0; i < layers.size(); i++) {
            pass.layer(i);
            Layer layer = layers.get(i);
            Tensor a = layer.attention.of(pass, pass.norm(x, layer.attentionNorm));
            x = pass.add(x, pass.norm(a, layer.attentionOutputNorm));
            x = pass.add(x, pass.norm(mlp(pass, layer, x), layer.mlpOutputNorm));
            if (layerEmbeddings != null && layer.gate != null) {
                x = pass.add(x, layer.gate.of(pass, x, layerEmbeddings.share(pass, shares, i)));
            }
            x = pass.scale(x, layer.scale);
        }
        return pass.softcap(pass.logits(pass.norm(pass.outputRows(x), norm), unembedding), finalCap);
    }

    private Tensor mlp(ForwardPass pass, Layer layer, Tensor x) {
        Tensor dense = pass.gatedMlp(pass.norm(x, layer.mlpNorm), layer.mlp);
        ExpertBlock experts = layer.experts;
        if (experts == null) {
            return dense;
        }
        Tensor routed = pass.scale(pass.norm(x, experts.routerNorm), (float) (1 / Math.sqrt(width)));
        Tensor logits = pass.linear(routed, experts.mixture.router());
        Tensor mixed = pass.mixture(pass.norm(x, experts.norm), logits, experts.mixture);
        return pass.add(pass.norm(dense, experts.denseOutputNorm), pass.norm(mixed, experts.outputNorm));
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

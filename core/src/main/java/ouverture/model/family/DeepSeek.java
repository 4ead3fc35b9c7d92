package ouverture.model.family;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.model.Family;
import ouverture.model.FeedForward;
import ouverture.model.ForwardPass;
import ouverture.model.LatentProjections;
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

/// # DeepSeek V2-Lite, V3, R1 (DeepSeek, 2024-2025), Kimi K2 (Moonshot, 2025)
///
/// Latent attention: a token's keys and values are one latent of low rank and one rotated part that all heads
/// share, so its cache is small; the matrices that would unfold the latent are absorbed into query and output.
/// The first layers are dense, the others mixtures of many small experts, chosen group by group, beside one that
/// every token goes to. Papers: V2 (latent attention), arXiv 2405.04434; V3, arXiv 2412.19437; Kimi K2, arXiv
/// 2507.20534.
///
/// YaRN's betas are those of the file, 32 and 1 where it has none; llama.cpp takes 32 and 1 always, which
/// differs for Kimi K2. Layers that predict further tokens (`nextn_predict_layers`) are left out.
public final class DeepSeek implements Model {
    public static final Family FAMILY = new Family(
            "deepseek2",
            new Family.Published("DeepSeek V2, V3, R1; Kimi K2", 262_144, "permissive, own terms (before R1)"),
            DeepSeek::new);

    /// Far more than any model has, and so small that the product of two fits an integer.
    private static final int MOST = 32_767;

    private record Compression(Linear down, Norm norm) {}

    private record Layer(
            Norm attentionNorm,
            @Nullable Compression compression,
            Linear query,
            Linear latentDown,
            Norm latentNorm,
            LatentProjections up,
            Linear output,
            Norm feedForwardNorm,
            FeedForward feedForward) {}

    private final Linear embedding;
    private final List<Layer> layers;
    private final Norm norm;
    private final Linear unembedding;
    private final Rope rope;
    private final Attention attention;
    private final int headSize;
    private final int rotated;
    private final int latent;
    private final int contextLength;

    private DeepSeek(Metadata m, Weights w) {
        if (m.number("attention.temperature_scale", 0) != 0) {
            throw new UnsupportedModelException(
                    m.file() + " scales attention by position, which this version's family deepseek2 does not.");
        }
        int width = m.integer("embedding_length");
        float epsilon = m.number("attention.layer_norm_rms_epsilon");
        int heads = count(m, "attention.head_count", 0, 1);
        boolean absorbed = m.has("attention.key_length_mla");
        headSize = count(m, absorbed ? "attention.key_length_mla" : "attention.key_length", width / heads, 2);
        int valueSize = count(m, absorbed ? "attention.value_length_mla" : "attention.value_length", width / heads, 1);
        rotated = RopeSettings.dimensions(m, headSize - 1);
        latent = count(m, "attention.kv_lora_rank", 0, 1);
        contextLength = m.integer("context_length");
        Rope stretched = RopeSettings.of(m, w, headSize).interleavedPairs();
        // 0.1 x mscale_all_dim of the published settings, whose other mscale is the same: the rotation keeps lengths
        float multiplier = m.number("rope.scaling.yarn_log_multiplier", 0);
        rope = multiplier != 0 ? new Rope(stretched.inverseFrequencies(), 1, true) : stretched;
        attention =
                new Attention(heads, 1, latent + rotated, latent, scale(m, multiplier, headSize)).withLatentValues();
        embedding = w.embedding(width);
        int dense = count(m, "leading_dense_block_count", 0, 0);
        int hidden = m.integer("feed_forward_length", 0);
        int rank = count(m, "attention.q_lora_rank", 0, 0);
        layers = w.blocks(
                count(m, "block_count", 0, 1) - count(m, "nextn_predict_layers", 0, 0),
                b -> new Layer(
                        b.norm("attn_norm", width, epsilon),
                        rank == 0 ? null : compression(b, rank, width, epsilon),
                        b.linear(rank == 0 ? "attn_q" : "attn_q_b", heads * headSize, rank == 0 ? width : rank),
                        b.linear("attn_kv_a_mqa", latent + rotated, width),
                        b.norm("attn_kv_a_norm", latent, epsilon),
                        LatentProjections.of(b, heads, headSize - rotated, valueSize, latent),
                        b.linear("attn_output", width, heads * valueSize),
                        b.norm("ffn_norm", width, epsilon),
                        b.block() < dense ? b.gatedMlp("", width, hidden, Activation.SILU) : mixture(m, b, width)));
        norm = w.norm("output_norm", width, epsilon);
        unembedding = w.unembedding(embedding);
    }

    /// @param otherwise for a file without the key, which must have it if this is less than `least`
    private static int count(Metadata m, String key, int otherwise, int least) {
        int count = otherwise < least ? m.integer(key) : m.integer(key, otherwise);
        if (count < least || count > MOST) {
            throw new ModelFileException(
                    m.file() + ": " + key + " is " + count + ", not " + least + " to " + MOST + ": it is damaged.");
        }
        return count;
    }

    /// 1 / sqrt(size), and YaRN's temperature squared.
    private static float scale(Metadata m, float multiplier, int headSize) {
        boolean yarn = m.string("rope.scaling.type").orElse("").equals("yarn");
        double stretch = yarn ? Math.log(m.number("rope.scaling.factor", 1)) : 0;
        double temperature = 1 + (multiplier == 0 ? 0.1 : multiplier) * stretch;
        return (float) (temperature * temperature / Math.sqrt(headSize));
    }

    private static Compression compression(Weights b, int rank, int width, float epsilon) {
        return new Compression(b.linear("attn_q_a", rank, width), b.norm("attn_q_a_norm", rank, epsilon));
    }

    private static Mixture mixture(Metadata m, Weights b, int width) {
        int experts = count(m, "expert_count", 0, 1);
        int hidden = count(m, "expert_feed_forward_length", 0, 1);
        int shared = count(m, "expert_shared_count", 0, 0);
        return new Mixture(
                b.linear("ffn_gate_inp", experts, width),
                routing(m, b, experts),
                b.gatedExperts(experts, width, hidden, Activation.SILU),
                shared == 0 ? null : b.gatedMlp("_shexp", width, shared * hidden, Activation.SILU));
    }

    private static Routing routing(Metadata m, Weights b, int experts) {
        int groups = Math.max(1, count(m, "expert_group_count", 1, 0));
        int activeGroups = groups == 1 ? 1 : count(m, "expert_group_used_count", 0, 1);
        int active = count(m, "expert_used_count", 0, 1);
        if (experts % groups != 0 || activeGroups > groups || active > experts / groups * activeGroups) {
            throw new ModelFileException(m.file() + " chooses " + active + " of " + experts + " experts in "
                    + activeGroups + " of " + groups + " groups, which is impossible: the header is damaged.");
        }
        int gate = m.integer("expert_gating_func", 1);
        Routing.Score score = switch (gate) {
            case 0, 1 -> Routing.Score.SOFTMAX;
            case 2 -> Routing.Score.SIGMOID;
            case 3 -> Routing.Score.SOFTMAX_OF_CHOSEN;
            default ->
                throw new UnsupportedModelException(
                        m.file() + ": expert_gating_func is " + gate + "; this version knows 1, 2 and 3.");
        };
        float scale = m.number("expert_weights_scale", 0) == 0 ? 1 : m.number("expert_weights_scale");
        Tensor bias = b.has("exp_probs_b.bias") ? b.vector("exp_probs_b.bias", experts) : null;
        return new Routing(active, score, m.flag("expert_weights_norm", false), scale, bias, groups, activeGroups);
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
        Compression compression = layer.compression;
        Tensor compressed = compression == null ? x : pass.norm(pass.linear(x, compression.down), compression.norm);
        Tensor q = pass.linear(compressed, layer.query);
        Tensor qLatent = pass.linearPerHead(pass.columns(q, headSize, 0, headSize - rotated), layer.up.key());
        Tensor qRotated = pass.rope(pass.columns(q, headSize, headSize - rotated, rotated), rotated, rope);
        Tensor down = pass.linear(x, layer.latentDown);
        Tensor c = pass.norm(pass.columns(down, 0, latent), layer.latentNorm);
        Tensor kRotated = pass.rope(pass.columns(down, latent, rotated), rotated, rope);
        Tensor queries = pass.join(qLatent, latent, qRotated, rotated);
        Tensor keys = pass.join(c, latent, kRotated, rotated);
        Tensor read = pass.attention(i, queries, keys, keys, attention);
        return pass.linear(pass.linearPerHead(read, layer.up.value()), layer.output);
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

package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Attention;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// Attention with normalised queries, keys and values. A layer without keys and values of its own attends to
/// those that an earlier layer has stored (arXiv 2405.12981); without a matrix for values they are the keys.
///
/// @param own keys and values of this layer, null if it has none
/// @param cache the layer whose keys and values are attended to
/// @param epsilon of the values' normalisation, which has no weights
public record NormedAttention(
        Linear query,
        Norm queryNorm,
        @Nullable KeyValue own,
        Linear output,
        int cache,
        Attention attention,
        Rope rope,
        float epsilon) {
    /// Keys and values; null where the values are the keys, neither normalised nor rotated.
    public record KeyValue(
            Linear key, Norm keyNorm, @Nullable Linear value) {}

    /// `attn_q`, `attn_k`, `attn_v`, `attn_output` of a block with norms of queries and keys.
    ///
    /// @param cache the block's own number, or an earlier one's
    /// @param keysAsValues whether `attn_v` may be missing
    /// @throws ouverture.error.ModelFileException if a tensor is missing or has a wrong shape
    public static NormedAttention of(
            Weights b, int width, int cache, Attention attention, Rope rope, float epsilon, boolean keysAsValues) {
        int size = attention.keySize();
        int columns = attention.kvHeads() * size;
        KeyValue own = null;
        if (cache == b.block()) {
            Linear value = keysAsValues && !b.has("attn_v.weight") ? null : b.linear("attn_v", columns, width);
            own = new KeyValue(b.linear("attn_k", columns, width), b.norm("attn_k_norm", size, epsilon), value);
        }
        return new NormedAttention(
                b.linear("attn_q", attention.heads() * size, width),
                b.norm("attn_q_norm", size, epsilon),
                own,
                b.linear("attn_output", width, attention.heads() * size),
                cache,
                attention,
                rope,
                epsilon);
    }

    /// @param x the layer's normalised input
    public Tensor of(ForwardPass pass, Tensor x) {
        int size = attention.keySize();
        Tensor q = pass.rope(pass.normHeads(pass.linear(x, query), size, queryNorm), size, rope);
        if (own == null) {
            return pass.linear(pass.attention(cache, q, attention), output);
        }
        Tensor k = pass.linear(x, own.key);
        Tensor v = own.value == null ? pass.columns(k, 0, k.columns()) : pass.linear(x, own.value);
        pass.rope(pass.normHeads(k, size, own.keyNorm), size, rope);
        pass.normHeads(v, size, epsilon);
        return pass.linear(pass.attention(cache, q, k, v, attention), output);
    }
}

package ouverture.tensor;

/// What one layer's attention does: softmax(scale * q k^T + causal mask) v, with several query heads to one
/// key/value head (arXiv 2305.13245).
///
/// @param heads query heads
/// @param kvHeads key/value heads; divides `heads`
/// @param keySize elements of a key head
/// @param valueSize elements of a value head
/// @param scale factor on the scores
public record Attention(int heads, int kvHeads, int keySize, int valueSize, float scale) {
    /// Attention whose keys and values have one head size and whose scores are scaled by 1 / sqrt(headSize).
    public static Attention grouped(int heads, int kvHeads, int headSize) {
        return new Attention(heads, kvHeads, headSize, headSize, (float) (1 / Math.sqrt(headSize)));
    }

    /// What one token of one layer puts into the cache.
    public KvCache.Shape cacheShape() {
        return new KvCache.Shape(kvHeads * keySize, kvHeads * valueSize);
    }
}

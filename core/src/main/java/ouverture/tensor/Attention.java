package ouverture.tensor;

import org.jspecify.annotations.Nullable;

/// What one layer's attention does: softmax(cap(scale * q k^T) + mask) v, with several query heads to one
/// key/value head (arXiv 2305.13245).
///
/// @param heads query heads
/// @param kvHeads key/value heads; divides `heads`
/// @param keySize elements of a key head
/// @param valueSize elements of a value head
/// @param scale factor on the scores
/// @param window positions that a row sees, its own included; 0 for all up to its own
/// @param softcap scores become softcap * tanh(score / softcap) (arXiv 2408.00118); 0 for as they are
/// @param sinks one F32 score for each query head that takes part in the softmax and has no value (arXiv
///     2309.17453); null for none
/// @param latent whether a value is the first `valueSize` elements of its key, so that the cache stores keys
///     only (arXiv 2405.04434); with one key/value head
public record Attention(
        int heads,
        int kvHeads,
        int keySize,
        int valueSize,
        float scale,
        int window,
        float softcap,
        @Nullable Tensor sinks,
        boolean latent) {
    public Attention {
        assert heads % kvHeads == 0 && window >= 0 : heads + " heads on " + kvHeads + ", window " + window;
        assert !latent || kvHeads == 1 && valueSize <= keySize : "values of " + valueSize + " in " + keySize;
    }

    /// Attention to the whole context.
    public Attention(int heads, int kvHeads, int keySize, int valueSize, float scale) {
        this(heads, kvHeads, keySize, valueSize, scale, 0, 0, null, false);
    }

    /// Attention whose keys and values have one head size and whose scores are scaled by 1 / sqrt(headSize).
    public static Attention grouped(int heads, int kvHeads, int headSize) {
        return new Attention(heads, kvHeads, headSize, headSize, (float) (1 / Math.sqrt(headSize)));
    }

    /// The same with another factor on the scores.
    public Attention scaled(float factor) {
        return new Attention(heads, kvHeads, keySize, valueSize, factor, window, softcap, sinks, latent);
    }

    /// The same within a sliding window.
    public Attention windowed(int positions) {
        return new Attention(heads, kvHeads, keySize, valueSize, scale, positions, softcap, sinks, latent);
    }

    /// The same with capped scores.
    public Attention capped(float cap) {
        return new Attention(heads, kvHeads, keySize, valueSize, scale, window, cap, sinks, latent);
    }

    /// The same with a sink for each query head.
    public Attention withSinks(Tensor scores) {
        return new Attention(heads, kvHeads, keySize, valueSize, scale, window, softcap, scores, latent);
    }

    /// The same with values that are parts of the keys.
    public Attention withLatentValues() {
        return new Attention(heads, kvHeads, keySize, valueSize, scale, window, softcap, sinks, true);
    }

    /// The first position that a row at `position` sees.
    public int firstVisible(int position) {
        return window == 0 ? 0 : Math.max(0, position + 1 - window);
    }

    /// Multiplications of one call, as if every row saw all positions up to its own.
    public long multiplications(Batch batch) {
        long positions = 0;
        for (int position : batch.positions()) {
            positions += position + 1;
        }
        return positions * heads * (keySize + valueSize);
    }

    /// What one token of one layer puts into the cache.
    public KvCache.Shape cacheShape() {
        return new KvCache.Shape(kvHeads * keySize, latent ? 0 : kvHeads * valueSize);
    }
}

package ouverture.tensor;

/// Rotary position embedding (arXiv 2104.09864): the angle per position of each pair of dimensions, and which
/// elements pair up.
///
/// @param inverseFrequencies radians per position, one for each rotated pair
/// @param magnitude factor on the rotated values (YaRN's attention temperature), 1 for plain RoPE
/// @param interleaved whether neighbours (2i, 2i + 1) pair up; otherwise i pairs with i + half
public record Rope(float[] inverseFrequencies, float magnitude, boolean interleaved) {
    /// Plain RoPE over `dimensions` elements of a head: pair i turns by base^(-2i / dimensions) per position.
    public static Rope plain(int dimensions, float base) {
        float[] f = new float[dimensions / 2];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) Math.pow(base, -2.0 * i / dimensions);
        }
        return new Rope(f, 1, false);
    }

    /// Linear position interpolation (arXiv 2306.15595): positions count `factor` times slower.
    public Rope slowed(float factor) {
        float[] f = inverseFrequencies.clone();
        for (int i = 0; i < f.length; i++) {
            f[i] /= factor;
        }
        return new Rope(f, magnitude, interleaved);
    }

    /// Frequencies divided by one factor each, as Llama 3.1 stores them in `rope_freqs.weight`.
    public Rope dividedBy(float[] factors) {
        float[] f = inverseFrequencies.clone();
        for (int i = 0; i < f.length; i++) {
            f[i] /= factors[i];
        }
        return new Rope(f, magnitude, interleaved);
    }

    /// The same rotation with another factor on the rotated values.
    public Rope magnified(float factor) {
        return new Rope(inverseFrequencies, magnitude * factor, interleaved);
    }

    /// The same rotation over neighbouring pairs.
    public Rope interleavedPairs() {
        return new Rope(inverseFrequencies, magnitude, true);
    }

    /// YaRN (arXiv 2309.00071): slows low frequencies by `factor`, keeps high ones, blends between.
    ///
    /// @param originalContext positions seen in training before stretching
    /// @param betaFast rotations within the original context above which a frequency is kept
    /// @param betaSlow rotations below which it is slowed in full
    /// @param rounded whether the range of the blend is rounded to whole dimensions, as in the paper's code
    public static Rope yarn(
            int dimensions,
            float base,
            float factor,
            int originalContext,
            float betaFast,
            float betaSlow,
            boolean rounded) {
        Rope plain = plain(dimensions, base);
        double first = correctionDimension(dimensions, base, originalContext, betaFast);
        double last = correctionDimension(dimensions, base, originalContext, betaSlow);
        double low = Math.max(0, rounded ? Math.floor(first) : first);
        double high = Math.min(dimensions - 1, rounded ? Math.ceil(last) : last);
        float[] f = new float[dimensions / 2];
        for (int i = 0; i < f.length; i++) {
            double ramp = Math.clamp((i - low) / Math.max(0.001, high - low), 0.0, 1.0);
            f[i] = (float) (plain.inverseFrequencies[i] * ((1 - ramp) + ramp / factor));
        }
        return new Rope(f, (float) (0.1 * Math.log(factor) + 1), false);
    }

    /// The dimension whose frequency makes `rotations` turns within `context` positions.
    private static double correctionDimension(int dimensions, float base, int context, float rotations) {
        return dimensions * Math.log(context / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
    }
}

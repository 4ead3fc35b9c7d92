package ouverture.tensor;

/// Non-linearities of feed-forward networks.
public enum Activation {
    /// x * sigmoid(x) (arXiv 1702.03118).
    SILU,
    /// Gaussian error linear unit in its tanh form (arXiv 1606.08415).
    GELU_TANH,
    /// gpt-oss's clamped SwiGLU (arXiv 2508.10925): with g = min(gate, 7) and u = up within -7..7 a gate is
    /// g * sigmoid(1.702 g) * (u + 1); alone it is as with u = 0.
    SWIGLU_CLAMPED;

    /// Bound of [#SWIGLU_CLAMPED]'s inputs.
    public static final float CLAMP = 7;

    /// Steepness of [#SWIGLU_CLAMPED]'s sigmoid.
    public static final float STEEPNESS = 1.702f;
}

package ouverture.tensor;

/// Non-linearities of feed-forward networks.
public enum Activation {
    /// x * sigmoid(x) (arXiv 1702.03118).
    SILU,
    /// Gaussian error linear unit in its tanh form (arXiv 1606.08415).
    GELU_TANH
}

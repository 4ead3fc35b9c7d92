package ouverture.tensor;

/// How a kernel set is to work.
///
/// @param threads compute threads, at least 1
/// @param activations how inputs of quantised matrices are represented
public record KernelsOptions(int threads, Activations activations) {
    /// Representation of the activations that a quantised weight matrix is multiplied with.
    public enum Activations {
        /// Exact: nothing is rounded that the file has not rounded.
        F32,
        /// Rounded to 8 bits by blocks of 32 (as Q8_0) before products with quantised weights, as other
        /// GGUF engines do by default.
        Q8
    }

    public KernelsOptions {
        assert threads > 0;
    }
}

package ouverture.tensor;

import java.util.Optional;

/// How a kernel set is to work.
///
/// @param threads compute threads, at least 1
/// @param activations how inputs of quantised matrices are represented
/// @param repack whether weights in read-only memory may be kept in another form too, which takes about the
///     memory that they take themselves; kernels that need another form make it anew each time otherwise
/// @param store where weights in another form may be kept on the disk, if they may
public record KernelsOptions(int threads, Activations activations, boolean repack, Optional<PackedStore> store) {
    /// Representation of the activations that a quantised weight matrix is multiplied with.
    public enum Activations {
        /// Exact: nothing is rounded that the file has not rounded.
        F32,
        /// Rounded to 8 bits by blocks of 32 (as Q8_0) before products with quantised weights, as other
        /// GGUF engines do by default.
        Q8,
        /// As Q8 for the formats with which that is faster in a kernel set, else as F32.
        AUTO
    }

    public KernelsOptions {
        assert threads > 0;
    }

    /// With nothing kept on the disk.
    public KernelsOptions(int threads, Activations activations, boolean repack) {
        this(threads, activations, repack, Optional.empty());
    }

    /// With weights in another form where that is faster.
    public KernelsOptions(int threads, Activations activations) {
        this(threads, activations, true);
    }
}

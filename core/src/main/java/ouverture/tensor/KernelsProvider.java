package ouverture.tensor;

import java.util.Optional;

/// Offers one kind of kernels; found by [java.util.ServiceLoader]. Must load on every machine: classes that need
/// special modules or hardware are touched in [#create] only.
public interface KernelsProvider {
    /// Short name, as `--kernels` takes it.
    String name();

    /// The usable provider with the highest rank that is not reserved serves unless another is asked for.
    int rank();

    /// Why these kernels cannot run here, one sentence that also says what to do; empty if they can.
    Optional<String> unusable();

    /// Why these kernels, though they can run here, serve only those who ask for them by name: one sentence; empty
    /// if they may serve all.
    default Optional<String> reserved() {
        return Optional.empty();
    }

    /// Creates kernels with their own worker threads.
    Kernels create(KernelsOptions options);
}

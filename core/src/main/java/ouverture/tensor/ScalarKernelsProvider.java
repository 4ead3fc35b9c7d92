package ouverture.tensor;

import java.util.Optional;

/// Offers [ScalarKernels], which run everywhere.
public final class ScalarKernelsProvider implements KernelsProvider {
    @Override
    public String name() {
        return ScalarKernels.NAME;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Optional<String> unusable() {
        return Optional.empty();
    }

    @Override
    public Kernels create(KernelsOptions options) {
        return new ScalarKernels(options);
    }
}

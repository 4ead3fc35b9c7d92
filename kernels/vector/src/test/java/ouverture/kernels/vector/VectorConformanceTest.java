package ouverture.kernels.vector;

import ouverture.model.ModelConformance;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;

final class VectorConformanceTest extends ModelConformance {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new VectorKernels(options);
    }
}

package ouverture.model;

import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.ScalarKernels;

final class ScalarConformanceTest extends ModelConformance {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new ScalarKernels(options);
    }
}

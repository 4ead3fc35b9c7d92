package ouverture.kernels.vector;

import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsContract;
import ouverture.tensor.KernelsOptions;

final class VectorKernelsTest extends KernelsContract {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new VectorKernels(options);
    }
}

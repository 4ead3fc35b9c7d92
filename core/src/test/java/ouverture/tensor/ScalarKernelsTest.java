package ouverture.tensor;

final class ScalarKernelsTest extends KernelsContract {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new ScalarKernels(options);
    }
}

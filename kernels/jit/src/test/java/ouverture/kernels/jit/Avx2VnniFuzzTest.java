package ouverture.kernels.jit;

import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsFuzz;
import ouverture.tensor.KernelsOptions;

final class Avx2VnniFuzzTest extends KernelsFuzz {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return JitKernelsContract.kernels(InstructionSet.AVX2_VNNI, options);
    }
}

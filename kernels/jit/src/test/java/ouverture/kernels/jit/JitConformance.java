package ouverture.kernels.jit;

import ouverture.model.ModelConformance;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;

/// Whole networks in one instruction set, on machines that have it.
abstract class JitConformance extends ModelConformance {
    private final InstructionSet set;

    JitConformance(InstructionSet set) {
        this.set = set;
    }

    @Override
    protected Kernels kernels(KernelsOptions options) {
        return JitKernelsContract.kernels(set, options);
    }
}

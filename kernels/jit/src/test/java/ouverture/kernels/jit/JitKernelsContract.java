package ouverture.kernels.jit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsContract;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.ScalarKernels;

/// The contract in one instruction set, on machines that have it.
abstract class JitKernelsContract extends KernelsContract {
    private final InstructionSet set;

    JitKernelsContract(InstructionSet set) {
        this.set = set;
    }

    @Override
    protected Kernels kernels(KernelsOptions options) {
        return kernels(set, options);
    }

    /// Kernels in an instruction set, or an end of the test where the processor does not have it.
    static Kernels kernels(InstructionSet set, KernelsOptions options) {
        assumeTrue(Processor.instructionSets().contains(set), "this processor does not have " + set);
        return set.isArm() ? new NeonKernels(set, options, new ScalarKernels(options)) : new JitKernels(set, options);
    }
}

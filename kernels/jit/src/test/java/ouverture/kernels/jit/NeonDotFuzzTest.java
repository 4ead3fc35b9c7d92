package ouverture.kernels.jit;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsFuzz;
import ouverture.tensor.KernelsOptions;

@EnabledIfSystemProperty(named = "os.arch", matches = "aarch64", disabledReason = "needs an AArch64 processor")
final class NeonDotFuzzTest extends KernelsFuzz {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return JitKernelsContract.kernels(InstructionSet.NEON_DOT, options);
    }
}

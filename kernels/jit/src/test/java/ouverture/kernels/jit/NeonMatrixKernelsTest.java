package ouverture.kernels.jit;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "os.arch", matches = "aarch64", disabledReason = "needs an AArch64 processor")
final class NeonMatrixKernelsTest extends JitKernelsContract {
    NeonMatrixKernelsTest() {
        super(InstructionSet.NEON_MATRIX);
    }
}

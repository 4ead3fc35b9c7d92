package ouverture.kernels.jit;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "os.arch", matches = "aarch64", disabledReason = "needs an AArch64 processor")
final class NeonDotKernelsTest extends JitKernelsContract {
    NeonDotKernelsTest() {
        super(InstructionSet.NEON_DOT);
    }
}

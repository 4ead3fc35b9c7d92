package ouverture.kernels.jit;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "os.arch", matches = "aarch64", disabledReason = "needs an AArch64 processor")
final class NeonMatrixConformanceTest extends JitConformance {
    NeonMatrixConformanceTest() {
        super(InstructionSet.NEON_MATRIX);
    }
}

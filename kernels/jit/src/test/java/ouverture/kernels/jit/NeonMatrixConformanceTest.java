package ouverture.kernels.jit;

final class NeonMatrixConformanceTest extends JitConformance {
    NeonMatrixConformanceTest() {
        super(InstructionSet.NEON_MATRIX);
    }
}

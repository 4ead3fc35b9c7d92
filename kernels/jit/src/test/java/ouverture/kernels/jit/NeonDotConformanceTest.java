package ouverture.kernels.jit;

final class NeonDotConformanceTest extends JitConformance {
    NeonDotConformanceTest() {
        super(InstructionSet.NEON_DOT);
    }
}

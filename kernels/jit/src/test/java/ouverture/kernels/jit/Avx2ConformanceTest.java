package ouverture.kernels.jit;

final class Avx2ConformanceTest extends JitConformance {
    Avx2ConformanceTest() {
        super(InstructionSet.AVX2);
    }
}

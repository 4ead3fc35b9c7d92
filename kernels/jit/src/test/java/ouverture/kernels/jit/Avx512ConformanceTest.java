package ouverture.kernels.jit;

final class Avx512ConformanceTest extends JitConformance {
    Avx512ConformanceTest() {
        super(InstructionSet.AVX512);
    }
}

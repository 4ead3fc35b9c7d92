package ouverture.kernels.jit;

final class Avx512VnniConformanceTest extends JitConformance {
    Avx512VnniConformanceTest() {
        super(InstructionSet.AVX512_VNNI);
    }
}

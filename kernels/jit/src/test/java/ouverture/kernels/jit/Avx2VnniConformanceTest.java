package ouverture.kernels.jit;

final class Avx2VnniConformanceTest extends JitConformance {
    Avx2VnniConformanceTest() {
        super(InstructionSet.AVX2_VNNI);
    }
}

package ouverture.kernels.jit;

final class Avx2VnniKernelsTest extends JitKernelsContract {
    Avx2VnniKernelsTest() {
        super(InstructionSet.AVX2_VNNI);
    }
}

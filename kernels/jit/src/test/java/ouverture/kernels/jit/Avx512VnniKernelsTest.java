package ouverture.kernels.jit;

final class Avx512VnniKernelsTest extends JitKernelsContract {
    Avx512VnniKernelsTest() {
        super(InstructionSet.AVX512_VNNI);
    }
}

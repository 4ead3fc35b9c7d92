package ouverture.kernels.jit;

final class Avx512KernelsTest extends JitKernelsContract {
    Avx512KernelsTest() {
        super(InstructionSet.AVX512);
    }
}

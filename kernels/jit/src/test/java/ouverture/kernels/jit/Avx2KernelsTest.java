package ouverture.kernels.jit;

final class Avx2KernelsTest extends JitKernelsContract {
    Avx2KernelsTest() {
        super(InstructionSet.AVX2);
    }
}

package ouverture.kernels.jit;

final class NeonMatrixKernelsTest extends JitKernelsContract {
    NeonMatrixKernelsTest() {
        super(InstructionSet.NEON_MATRIX);
    }
}

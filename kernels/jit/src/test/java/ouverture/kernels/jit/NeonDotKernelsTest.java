package ouverture.kernels.jit;

final class NeonDotKernelsTest extends JitKernelsContract {
    NeonDotKernelsTest() {
        super(InstructionSet.NEON_DOT);
    }
}

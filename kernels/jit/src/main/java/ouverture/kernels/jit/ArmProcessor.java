package ouverture.kernels.jit;

import java.util.EnumSet;
import java.util.Set;
import ouverture.kernels.jit.aarch64.Encoder;

/// What Linux says of an AArch64 processor: bits for what all of its cores have and the system lets programs use
/// (getauxval(3); the bits are in the kernel's documentation, "ARM64 ELF hwcaps").
final class ArmProcessor {
    private static final long HWCAP = 16;
    private static final long HWCAP2 = 26;

    private static final long ASIMD = 1 << 1;
    private static final long ASIMDDP = 1 << 20;
    private static final long I8MM = 1 << 13;

    private ArmProcessor() {}

    /// Everything this machine can run.
    ///
    /// @throws UnsupportedOperationException if the system does not let programs write machine code
    static Set<InstructionSet> instructionSets() {
        try (ExecutableMemory memory = new ExecutableMemory()) {
            Encoder encoder = new Encoder();
            encoder.leave();
            NativeCalls.call(memory.install(encoder.code()), 0, 0, 0, 0, 0, 0);
        }
        return of(capabilities(HWCAP), capabilities(HWCAP2));
    }

    private static long capabilities(long word) {
        return NativeCalls.call(NativeCalls.function("getauxval"), word, 0, 0, 0, 0, 0);
    }

    /// Judges what the system says.
    ///
    /// @param first AT_HWCAP
    /// @param second AT_HWCAP2
    static Set<InstructionSet> of(long first, long second) {
        Set<InstructionSet> sets = EnumSet.noneOf(InstructionSet.class);
        if ((first & (ASIMD | ASIMDDP)) == (ASIMD | ASIMDDP)) {
            sets.add(InstructionSet.NEON_DOT);
            if ((second & I8MM) != 0) {
                sets.add(InstructionSet.NEON_MATRIX);
            }
        }
        return sets;
    }
}

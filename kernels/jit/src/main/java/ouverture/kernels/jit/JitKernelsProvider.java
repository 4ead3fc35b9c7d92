package ouverture.kernels.jit;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import ouverture.KernelSets;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;

/// Offers [JitKernels], or on AArch64 [NeonKernels], where machine code for this processor can be written and
/// called.
public final class JitKernelsProvider implements KernelsProvider {
    @Override
    public String name() {
        return JitKernels.NAME;
    }

    @Override
    public int rank() {
        return 20;
    }

    @Override
    public Optional<String> unusable() {
        return unusable(System.getProperty("os.name", "unknown"), System.getProperty("os.arch", "unknown"));
    }

    /// Why these kernels cannot run on a system; empty if they can.
    ///
    /// @param system property `os.name`
    /// @param processor property `os.arch`
    static Optional<String> unusable(String system, String processor) {
        boolean arm = Processor.isArm(processor);
        if (!system.equals("Linux") || !arm && !processor.equals("amd64")) {
            return Optional.of("they write machine code for Linux on x86-64 and AArch64 only, and this is " + system
                    + " on " + processor + "; use --kernels vector.");
        }
        Module module = JitKernelsProvider.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            return Optional.of("this Java process may not call native code; start it with the ./ouverture launcher, or"
                    + " with java --enable-native-access=" + name + ".");
        }
        try {
            return Processor.instructionSets().isEmpty()
                    ? Optional.of("this processor lacks " + (arm ? "FEAT_DotProd" : "AVX2, FMA or F16C")
                            + ", or the system does not let programs use it; use --kernels vector.")
                    : Optional.empty();
        } catch (UnsupportedOperationException e) {
            return Optional.of(e.getMessage() + ", so none can be called; use --kernels vector.");
        }
    }

    @Override
    public Optional<String> reserved() {
        return reserved(System.getProperty("os.arch", "unknown"));
    }

    /// Why these kernels serve only those who ask for them on a processor.
    static Optional<String> reserved(String processor) {
        return Processor.isArm(processor)
                ? Optional.of("their machine code for AArch64 has run under an emulator only, so that nobody knows how"
                        + " fast it is; try --kernels jit and compare.")
                : Optional.empty();
    }

    @Override
    public Kernels create(KernelsOptions options) {
        Set<InstructionSet> sets = Processor.instructionSets();
        if (sets.isEmpty()) {
            throw new UnsupportedOperationException("no machine code for this processor");
        }
        InstructionSet best = Collections.max(sets);
        return best.isArm()
                ? new NeonKernels(
                        best, options, KernelSets.choose(KernelSets.AUTO).create(options))
                : new JitKernels(best, options);
    }
}

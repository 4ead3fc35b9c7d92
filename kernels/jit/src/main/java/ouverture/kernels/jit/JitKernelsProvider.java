package ouverture.kernels.jit;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;

/// Offers [JitKernels] where machine code for this processor can be written and called.
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
        if (!system.equals("Linux") || !processor.equals("amd64")) {
            return Optional.of("they write machine code for Linux on x86-64 only, and this is " + system + " on "
                    + processor + "; use --kernels vector.");
        }
        Module module = JitKernelsProvider.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            return Optional.of("this Java process may not call native code; start it with the ./ouverture launcher, or"
                    + " with java --enable-native-access=" + name + ".");
        }
        try {
            return Processor.instructionSets().isEmpty()
                    ? Optional.of("this processor lacks AVX2, FMA or F16C, or the system does not let programs use"
                            + " them; use --kernels vector.")
                    : Optional.empty();
        } catch (UnsupportedOperationException e) {
            return Optional.of(e.getMessage() + ", so none can be called; use --kernels vector.");
        }
    }

    @Override
    public Kernels create(KernelsOptions options) {
        Set<InstructionSet> sets = Processor.instructionSets();
        if (sets.isEmpty()) {
            throw new UnsupportedOperationException("no machine code for this processor");
        }
        return new JitKernels(Collections.max(sets), options);
    }
}

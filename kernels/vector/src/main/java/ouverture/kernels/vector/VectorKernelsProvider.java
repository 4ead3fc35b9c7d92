package ouverture.kernels.vector;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;

/// Offers [VectorKernels]. Names no class of the incubator module, so that it loads without it.
public final class VectorKernelsProvider implements KernelsProvider {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int BITS_MIN = 128;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int rank() {
        return 10;
    }

    @Override
    public Optional<String> unusable() {
        boolean readable = ModuleLayer.boot()
                .findModule(MODULE)
                .filter(VectorKernelsProvider.class.getModule()::canRead)
                .isPresent();
        if (!readable) {
            return Optional.of(
                    "the Vector API is not part of this Java process; start it with the ./ouverture launcher,"
                            + " or with java --add-modules " + MODULE + ".");
        }
        String compiler = noCompiler(
                System.getProperty("java.vm.name", "of unknown name"), System.getProperty("java.vm.info", ""));
        if (compiler != null) {
            return Optional.of(compiler);
        }
        int bits = VectorKernels.vectorBits();
        if (bits < BITS_MIN) {
            return Optional.of("the vectors of this machine have " + bits + " bits and " + BITS_MIN
                    + " are needed; use --kernels scalar.");
        }
        return Optional.empty();
    }

    /// Without the C2 compiler each vector operation is a call that allocates: far slower than plain loops.
    ///
    /// @param machine system property `java.vm.name`
    /// @param mode system property `java.vm.info`
    /// @return a sentence, or null if vectors become machine instructions here
    static @Nullable String noCompiler(String machine, String mode) {
        if (mode.startsWith("interpreted")) {
            return "this Java process only interprets its code; start java without -Xint.";
        }
        boolean foreign = Stream.of("OpenJ9", "Zero", "Client", "Minimal").anyMatch(machine::contains);
        if (foreign || mode.contains("emulated-client")) {
            return "the virtual machine " + machine + " (" + mode
                    + ") has no C2 compiler, without which the Vector API is"
                    + " slow; use a HotSpot build of Java without -client and -XX:TieredStopAtLevel.";
        }
        return null;
    }

    @Override
    public Kernels create(KernelsOptions options) {
        return new VectorKernels(options);
    }
}

import org.jspecify.annotations.NullMarked;

/// Kernels as machine code that is written at start-up for the processor it runs on. Needs
/// `--enable-native-access`.
@NullMarked
module ouverture.kernels.jit {
    requires ouverture.core;
    requires static org.jspecify;

    provides ouverture.tensor.KernelsProvider with
            ouverture.kernels.jit.JitKernelsProvider;
}

import org.jspecify.annotations.NullMarked;

/// Kernels written with the Vector API: the only module that needs the incubator module.
@NullMarked
module ouverture.kernels.vector {
    requires jdk.incubator.vector;
    requires ouverture.core;
    requires static org.jspecify;

    provides ouverture.tensor.KernelsProvider with
            ouverture.kernels.vector.VectorKernelsProvider;
}

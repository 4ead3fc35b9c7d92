import org.jspecify.annotations.NullMarked;

/// The engine: reads model files, turns text into tokens, runs the network and samples the answer.
@NullMarked
module ouverture.core {
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;
    requires tools.jackson.databind;
    requires static org.jspecify;

    exports ouverture;
    exports ouverture.constrain;
    exports ouverture.error;
    exports ouverture.generate;
    exports ouverture.tensor to
            ouverture.kernels.jit,
            ouverture.kernels.vector,
            ouverture.train,
            ouverture.cli;
    exports ouverture.file to
            ouverture.defaultmodel,
            ouverture.train,
            ouverture.cli;
    exports ouverture.file.quantize to
            ouverture.cli;
    exports ouverture.model to
            ouverture.train,
            ouverture.cli;
    exports ouverture.model.family to
            ouverture.train,
            ouverture.cli;
    exports ouverture.text;
    exports ouverture.text.harmony;

    uses ouverture.file.BuiltInModel;
    uses ouverture.tensor.KernelsProvider;

    provides ouverture.tensor.KernelsProvider with
            ouverture.tensor.ScalarKernelsProvider;
}

package ouverture.model;

import java.util.function.BiFunction;
import ouverture.file.Metadata;

/// A model architecture that this engine knows.
///
/// @param name of the architecture in GGUF's `general.architecture`
/// @param loader builds the network from a file's header and tensors
public record Family(String name, Loader loader) {
    /// A family whose network is the same for every context.
    public Family(String name, BiFunction<Metadata, Weights, Model> load) {
        this(name, (metadata, weights, _) -> load.apply(metadata, weights));
    }

    /// Builds a network.
    @FunctionalInterface
    public interface Loader {
        /// @param context tokens that a sequence may have, for families whose positions depend on it
        /// @throws ouverture.error.ModelFileException if a tensor is missing or has a wrong shape
        Model load(Metadata metadata, Weights weights, int context);
    }
}

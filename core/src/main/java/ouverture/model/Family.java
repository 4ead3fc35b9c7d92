package ouverture.model;

import java.util.function.BiFunction;
import ouverture.file.Metadata;

/// A model architecture that this engine knows.
///
/// @param name of the architecture in GGUF's `general.architecture`
/// @param published what people find under this architecture
/// @param loader builds the network from a file's header and tensors
public record Family(String name, Published published, Loader loader) {
    /// A family whose network is the same for every context.
    public Family(String name, Published published, BiFunction<Metadata, Weights, Model> load) {
        this(name, published, (metadata, weights, _) -> load.apply(metadata, weights));
    }

    /// The models of an architecture that were published, for people. A file's own header is what counts.
    ///
    /// @param models their names
    /// @param contextLength tokens of the longest context among them
    /// @param licences class of their licences: permissive (Apache-2.0, MIT), or terms of their own
    public record Published(String models, int contextLength, String licences) {}

    /// Builds a network.
    @FunctionalInterface
    public interface Loader {
        /// @param context tokens that a sequence may have, for families whose positions depend on it
        /// @throws ouverture.error.ModelFileException if a tensor is missing or has a wrong shape
        Model load(Metadata metadata, Weights weights, int context);
    }
}

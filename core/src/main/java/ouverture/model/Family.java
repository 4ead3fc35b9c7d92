package ouverture.model;

import java.util.function.BiFunction;
import ouverture.file.Metadata;

/// A model architecture that this engine knows.
///
/// @param name of the architecture in GGUF's `general.architecture`
/// @param load builds the network from a file's header and tensors; throws
///     [ouverture.error.ModelFileException] if one is missing or has a wrong shape
public record Family(String name, BiFunction<Metadata, Weights, Model> load) {}

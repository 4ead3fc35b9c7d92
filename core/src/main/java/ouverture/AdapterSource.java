package ouverture;

import java.nio.file.Path;

/// An adapter to read when a model is loaded.
///
/// @param path a GGUF file, or a folder of the PEFT library
/// @param scale what its changes count: 1 as they were trained
public record AdapterSource(Path path, double scale) {}

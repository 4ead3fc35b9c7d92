package ouverture.server.model;

import java.time.Instant;

/// A model that can be loaded.
///
/// @param name as clients call it
/// @param format of its files: `gguf` or `safetensors`
/// @param bytes of its files
/// @param modified when its files were last written
/// @param turns answers that may run at the same time
public record ModelSource(String name, String format, long bytes, Instant modified, int turns, Loader loader) {
    /// Loads the model.
    @FunctionalInterface
    public interface Loader {
        /// @param mappedBytes that the other models hold ([ServedModel#mappedBytes])
        /// @throws ouverture.error.ResourceException if there is not enough memory beside them
        /// @throws ouverture.error.OuvertureException if it cannot be loaded
        ServedModel load(long mappedBytes);
    }
}

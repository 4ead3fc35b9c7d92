package ouverture.server.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import ouverture.DefaultModel;
import ouverture.error.ModelFileException;

/// A model that can be loaded.
///
/// @param name as clients call it
/// @param format of its files: `gguf`, `safetensors`, or `lora` for an adapter
/// @param bytes of its files
/// @param modified when its files were last written
/// @param turns answers that may run at the same time
public record ModelSource(String name, String format, long bytes, Instant modified, int turns, Loader loader) {
    /// A model in a file or a folder, or the default model ([DefaultModel#PATH]).
    ///
    /// @throws ModelFileException if it is not there, or cannot be read
    public static ModelSource of(String name, Path path, int turns, Loader loader) {
        return path.equals(DefaultModel.PATH)
                ? new ModelSource(name, "gguf", DefaultModel.bytes(), Instant.EPOCH, turns, loader)
                : of(name, Files.isDirectory(path) ? "safetensors" : "gguf", path, turns, loader);
    }

    /// An adapter for a model, which is loaded as that is; throws as the other.
    static ModelSource ofAdapter(String name, Path path, ModelSource base) {
        return of(name, "lora", path, base.turns, base.loader);
    }

    private static ModelSource of(String name, String format, Path path, int turns, Loader loader) {
        long bytes = 0;
        Instant modified = Instant.EPOCH;
        try (Stream<Path> files = Files.walk(path, 1)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
                Instant own = Files.getLastModifiedTime(file).toInstant();
                modified = own.isAfter(modified) ? own : modified;
            }
        } catch (IOException e) {
            throw new ModelFileException(
                    "The " + (format.equals("lora") ? "adapter " : "model ") + path
                            + " cannot be read; check its path and permissions.",
                    e);
        }
        return new ModelSource(name, format, bytes, modified, turns, loader);
    }

    /// Loads the model.
    @FunctionalInterface
    public interface Loader {
        /// @param mappedBytes that the other models hold ([ServedModel#mappedBytes])
        /// @throws ouverture.error.ResourceException if there is not enough memory beside them
        /// @throws ouverture.error.OuvertureException if it cannot be loaded
        ServedModel load(long mappedBytes);
    }
}

package ouverture.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import ouverture.error.ModelFileException;

/// Finds the [BuiltInModel] that is installed.
final class BuiltInFile {
    /// Bytes that a model in a jar may have; it is read into memory.
    private static final int LONGEST = 1 << 28;

    private BuiltInFile() {}

    /// All bytes of the file.
    ///
    /// @param name how messages call it
    /// @throws ModelFileException if none is installed, or it cannot be read
    static byte[] read(Path name) {
        Iterable<BuiltInModel> installed = ServiceLoader.load(BuiltInModel.class, BuiltInModel.class.getClassLoader());
        try {
            for (BuiltInModel model : installed) {
                Optional<InputStream> found = model.read();
                if (found.isPresent()) {
                    return read(name, found.get());
                }
            }
        } catch (IOException e) {
            throw new ModelFileException(
                    "The model " + name + " cannot be read from its jar (" + e.getMessage() + "): install it again.",
                    e);
        }
        throw new ModelFileException("There is no model " + name
                + " here: this build was made without default-model/model.gguf. Name a model file, write ./" + name
                + " if you mean a file of yours, or build again with that file.");
    }

    private static byte[] read(Path name, InputStream found) throws IOException {
        try (InputStream in = found) {
            byte[] bytes = in.readNBytes(LONGEST);
            ModelFiles.checkNotOther(name, bytes);
            return bytes;
        }
    }
}

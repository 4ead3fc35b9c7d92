package ouverture.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.error.RequestException;
import ouverture.file.ModelFile;

/// A model file that is to be written.
final class OutputModel {
    private OutputModel() {}

    /// Refuses to replace the model that is read, and any other file unless asked to.
    ///
    /// @param name what the user calls the file
    /// @param modelName what the user calls the model that is read
    static void check(String name, Path out, String modelName, ModelFile model, boolean replaces) throws IOException {
        if (!Files.exists(out)) {
            return;
        }
        for (Path file : model.weightFiles()) {
            if (Files.isSameFile(file, out)) {
                throw new RequestException(name + " is " + modelName + ", " + out + ": name another file.");
            }
        }
        if (!Files.isRegularFile(out)) {
            throw new RequestException(name + " is " + out + ", which is no regular file: name another one.");
        }
        if (!replaces) {
            throw new RequestException(name + " is there already, " + out + ": name another file, or add --force.");
        }
    }
}

package ouverture;

import java.nio.file.Path;
import ouverture.file.ModelFile;

/// The model that comes with Ouverture, for machines without a download: module `ouverture-default-model`.
public final class DefaultModel {
    /// Its name on the command line and in the server's APIs.
    public static final String NAME = ModelFile.BUILT_IN.toString();

    /// Stands for it wherever the path of a model is taken; it is no file.
    public static final Path PATH = ModelFile.BUILT_IN;

    private DefaultModel() {}

    /// Bytes of its file.
    ///
    /// @throws ouverture.error.ModelFileException if the module is not installed, or was built without the file
    public static long bytes() {
        try (ModelFile file = ModelFile.open(PATH)) {
            return file.fileBytes();
        }
    }
}

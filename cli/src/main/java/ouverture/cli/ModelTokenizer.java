package ouverture.cli;

import java.nio.file.Path;
import ouverture.error.UnsupportedModelException;
import ouverture.file.ModelFile;
import ouverture.text.Tokenizer;

/// The tokenizer of a model whose weights are not needed.
final class ModelTokenizer {
    private ModelTokenizer() {}

    /// @param model a GGUF file, which may have a vocabulary and no weights, or a folder
    /// @throws UnsupportedModelException if it has no tokenizer, or one that this version does not know
    static Tokenizer read(Path model) {
        try (ModelFile file = ModelFile.open(model)) {
            return Tokenizer.find(file)
                    .orElseThrow(() -> new UnsupportedModelException(file.metadata()
                                    .file() + " has no tokenizer; only token ids go into it and come out of it."));
        }
    }
}

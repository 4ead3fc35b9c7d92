package ouverture.cli;

import java.nio.file.Path;
import ouverture.Shared;
import ouverture.file.GgufFixture;

/// A small trained model that got a chat template.
final class TemplatedModel {
    private TemplatedModel() {}

    /// Writes it to a file, which is returned.
    static Path write(Path file, String template) {
        return GgufFixture.copyOf(Shared.path("models/stories260K/stories260K.gguf"))
                .with("tokenizer.chat_template", template)
                .write(file);
    }
}

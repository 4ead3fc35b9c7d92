package ouverture.cli;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;

/// A small trained model that got a chat template.
final class TemplatedModel {
    private TemplatedModel() {}

    /// Writes it to a file, which is returned.
    static Path write(Path file, String template) throws IOException {
        GgufFixture copy = new GgufFixture().with("tokenizer.chat_template", template);
        try (ModelFile source = ModelFile.open(Shared.path("models/stories260K/stories260K.gguf"))) {
            source.metadata().values().forEach((key, value) -> copy.with(key, written(value)));
            source.tensors()
                    .values()
                    .forEach(tensor -> copy.tensor(
                            tensor.name(),
                            tensor.type(),
                            tensor.data().toArray(ValueLayout.JAVA_BYTE),
                            tensor.columns(),
                            tensor.rows()));
        }
        return copy.write(file);
    }

    private static Object written(Object value) {
        return value instanceof List<?> list ? list.toArray(String[]::new) : value;
    }
}

package ouverture.server.model;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import ouverture.ChatModel;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.text.Tokenizer;

/// A model that answers requests.
public interface ServedModel extends ChatModel {
    /// As clients call it.
    String name();

    /// When it came.
    Instant created();

    ModelInfo info();

    /// As [Engine#complete].
    Generation complete(CompletionRequest request);

    /// As [Engine#tokenizer].
    Optional<Tokenizer> tokenizer();

    /// A model in this process.
    ///
    /// @param path of its file or folder
    static ServedModel of(String name, Path path, Engine engine) {
        return new EngineModel(name, Instant.now(), path, engine);
    }
}

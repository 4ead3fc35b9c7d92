package ouverture.server.model;

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
    /// @param name as clients call it
    static ServedModel of(String name, Engine engine) {
        return new EngineModel(name, Instant.now(), engine);
    }
}

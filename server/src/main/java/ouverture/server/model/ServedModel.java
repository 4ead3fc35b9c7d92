package ouverture.server.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ouverture.ChatModel;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.Pooling;
import ouverture.text.Tokenizer;

/// A model that answers requests.
public interface ServedModel extends ChatModel, AutoCloseable {
    ModelInfo info();

    /// As [Engine#mappedBytes].
    long mappedBytes();

    /// As [Engine#complete(CompletionRequest, String)].
    Generation complete(CompletionRequest request);

    /// As [Engine#promptTokens].
    int promptTokens(ChatRequest request);

    /// As [Engine#promptIds].
    int[] promptIds(ChatRequest request);

    /// Logits of the token that follows, [Engine#logits].
    float[] nextLogits(int[] ids);

    /// As [Engine#embed].
    List<float[]> embed(List<int[]> prompts, Pooling pooling);

    /// As [Engine#pooling].
    Pooling pooling();

    /// As [Engine#tokenizer].
    Optional<Tokenizer> tokenizer();

    /// The same model for one party, which does not notice what others have asked unless it is said to be shared.
    /// Closed with this one only.
    ///
    /// @param party a key, or an address
    ServedModel forParty(String party);

    /// The same model changed by an adapter, which is read now. It answers beside this one, also in the same batch,
    /// and is closed with it. Vectors and relevance are this one's only.
    ///
    /// @param adapter a GGUF file, or a folder of the PEFT library
    /// @throws ouverture.error.OuvertureException if it cannot be read, or was made for another model
    ServedModel withAdapter(Path adapter);

    /// Gives its memory back.
    @Override
    void close();

    /// A model in this process, which owns its engine.
    ///
    /// @param sharesPrompts whether what one party's prompts have computed serves the others too
    static ServedModel of(Engine engine, boolean sharesPrompts) {
        return new EngineModel(engine, "", sharesPrompts, Optional.empty());
    }
}

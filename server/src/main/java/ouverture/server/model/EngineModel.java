package ouverture.server.model;

import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.text.Tokenizer;

/// A model with an engine of its own.
record EngineModel(Engine engine) implements ServedModel {
    @Override
    public ModelInfo info() {
        return engine.info();
    }

    @Override
    public long mappedBytes() {
        return engine.mappedBytes();
    }

    @Override
    public Generation chat(ChatRequest request) {
        return engine.chat(request);
    }

    @Override
    public Generation complete(CompletionRequest request) {
        return engine.complete(request);
    }

    @Override
    public int promptTokens(ChatRequest request) {
        return engine.promptTokens(request);
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
        return engine.tokenizer();
    }

    @Override
    public void close() {
        engine.close();
    }
}

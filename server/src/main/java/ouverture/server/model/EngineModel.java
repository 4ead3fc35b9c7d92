package ouverture.server.model;

import java.time.Instant;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.text.Tokenizer;

/// A model with an engine of its own.
record EngineModel(String name, Instant created, Engine engine) implements ServedModel {
    @Override
    public ModelInfo info() {
        return engine.info();
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
    public Optional<Tokenizer> tokenizer() {
        return engine.tokenizer();
    }
}

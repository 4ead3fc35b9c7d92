package ouverture.server.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ouverture.Adapter;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.Pooling;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;

/// A model with an engine of its own.
///
/// @param party whose prompts share the cache
/// @param isShared whether all parties are one
/// @param adapter that changes it; empty for the adapters of the engine
record EngineModel(Engine engine, String party, boolean isShared, Optional<Adapter> adapter) implements ServedModel {
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
        return engine.chat(
                adapter.map(own -> request.withAdapters(List.of(own))).orElse(request), party);
    }

    @Override
    public Generation complete(CompletionRequest request) {
        return engine.complete(
                adapter.map(own -> request.withAdapters(List.of(own))).orElse(request), party);
    }

    @Override
    public int promptTokens(ChatRequest request) {
        return engine.promptTokens(request);
    }

    @Override
    public int[] promptIds(ChatRequest request) {
        return engine.promptIds(request);
    }

    @Override
    public float[] nextLogits(int[] ids) {
        requireNone();
        return engine.logits(ids, false)[0];
    }

    @Override
    public List<float[]> embed(List<int[]> prompts, Pooling pooling) {
        requireNone();
        return engine.embed(prompts, pooling);
    }

    @Override
    public Pooling pooling() {
        return engine.pooling();
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
        return engine.tokenizer();
    }

    @Override
    public ServedModel forParty(String other) {
        return isShared ? this : new EngineModel(engine, other, false, adapter);
    }

    @Override
    public ServedModel withAdapter(Path path) {
        return new EngineModel(engine, party, isShared, Optional.of(engine.adapter(path)));
    }

    private void requireNone() {
        if (adapter.isPresent()) {
            throw new RequestException(
                    "Adapters change answers only: for vectors and relevance, name the model that the"
                            + " adapter is for.");
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}

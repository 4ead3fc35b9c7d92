package ouverture.server.model;

import java.util.List;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.Pooling;
import ouverture.text.Tokenizer;

/// A model with an engine of its own.
///
/// @param party whose prompts share the cache
/// @param isShared whether all parties are one
record EngineModel(Engine engine, String party, boolean isShared) implements ServedModel {
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
        return engine.chat(request, party);
    }

    @Override
    public Generation complete(CompletionRequest request) {
        return engine.complete(request, party);
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
        return engine.logits(ids, false)[0];
    }

    @Override
    public List<float[]> embed(List<int[]> prompts, Pooling pooling) {
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
        return isShared ? this : new EngineModel(engine, other, false);
    }

    @Override
    public void close() {
        engine.close();
    }
}

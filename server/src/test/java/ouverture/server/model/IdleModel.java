package ouverture.server.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Generation;
import ouverture.Pooling;
import ouverture.text.Tokenizer;

/// A model that can do nothing.
public abstract class IdleModel implements ServedModel {
    private static UnsupportedOperationException idle() {
        return new UnsupportedOperationException("this model does nothing of the kind");
    }

    @Override
    public long mappedBytes() {
        return 0;
    }

    @Override
    public Generation chat(ChatRequest request) {
        throw idle();
    }

    @Override
    public Generation complete(CompletionRequest request) {
        throw idle();
    }

    @Override
    public int promptTokens(ChatRequest request) {
        throw idle();
    }

    @Override
    public int[] promptIds(ChatRequest request) {
        throw idle();
    }

    @Override
    public float[] nextLogits(int[] ids) {
        throw idle();
    }

    @Override
    public List<float[]> embed(List<int[]> prompts, Pooling pooling) {
        throw idle();
    }

    @Override
    public Pooling pooling() {
        throw idle();
    }

    @Override
    public Optional<Tokenizer> tokenizer() {
        return Optional.empty();
    }

    @Override
    public ServedModel forParty(String party) {
        return this;
    }

    @Override
    public ServedModel withAdapter(Path adapter) {
        throw idle();
    }

    @Override
    public void close() {}
}

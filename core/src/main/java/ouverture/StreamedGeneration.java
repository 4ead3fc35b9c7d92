package ouverture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.ResourceException;
import ouverture.generate.FinishReason;
import ouverture.generate.Sequence;
import ouverture.generate.TextStream;
import ouverture.generate.TokenProbability;
import ouverture.text.TokenDecoder;

/// Turns a sequence's tokens into events. The queue is bounded by the number of tokens that the sequence may
/// have.
final class StreamedGeneration implements Generation, Sequence.Listener {
    private sealed interface Item {
        record Event(ChatEvent event) implements Item {}

        record Failure(Throwable failure) implements Item {}
    }

    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final int promptTokens;
    private final @Nullable TokenDecoder decoder;
    private final TextStream text;
    private final boolean probabilities;
    private final List<TokenProbability> unsent = new ArrayList<>();
    private final long start = System.nanoTime();
    private long first;
    private volatile @Nullable Sequence sequence;

    /// @param decoder of the model's tokenizer; null where there is none and the answer has no text
    StreamedGeneration(int promptTokens, @Nullable TokenDecoder decoder, List<String> stop, boolean probabilities) {
        this.promptTokens = promptTokens;
        this.decoder = decoder;
        this.text = new TextStream(stop);
        this.probabilities = probabilities;
    }

    void started(Sequence sequence) {
        this.sequence = sequence;
    }

    @Override
    public boolean token(int id, TokenProbability probability) {
        if (first == 0) {
            first = System.nanoTime();
        }
        if (probabilities) {
            unsent.add(probability);
        }
        emit(decoder == null ? "" : text.push(decoder.push(id)));
        return !text.stopped();
    }

    private void emit(String piece) {
        if (!piece.isEmpty()) {
            items.add(new Item.Event(new ChatEvent.Text(piece, unsent)));
            unsent.clear();
        }
    }

    @Override
    public void finished(FinishReason reason, int generatedTokens, int cachedTokens) {
        if (decoder != null && !text.stopped()) {
            emit(text.push(decoder.flush()) + text.finish());
        }
        if (!unsent.isEmpty()) {
            items.add(new Item.Event(new ChatEvent.Text("", unsent)));
        }
        long end = System.nanoTime();
        Duration prefill = Duration.ofNanos((first == 0 ? end : first) - start);
        Duration decode = Duration.ofNanos(first == 0 ? 0 : end - first);
        items.add(new Item.Event(new ChatEvent.Finished(
                reason, new ChatEvent.Usage(promptTokens, cachedTokens, generatedTokens, prefill, decode))));
    }

    @Override
    public void failed(Throwable failure) {
        items.add(new Item.Failure(failure));
    }

    @Override
    public void cancel() {
        Sequence started = sequence;
        if (started != null) {
            started.cancel();
        }
    }

    @Override
    public Iterator<ChatEvent> iterator() {
        return new Iterator<>() {
            private boolean ended;

            @Override
            public boolean hasNext() {
                return !ended;
            }

            @Override
            public ChatEvent next() {
                if (ended) {
                    throw new NoSuchElementException("the answer has ended");
                }
                try {
                    Item item = items.take();
                    ended = !(item instanceof Item.Event(ChatEvent.Text _));
                    return switch (item) {
                        case Item.Event(ChatEvent event) -> event;
                        case Item.Failure(Throwable failure) -> throw failure(failure);
                    };
                } catch (InterruptedException e) {
                    ended = true;
                    cancel();
                    Thread.currentThread().interrupt();
                    throw new ResourceException("The answer was given up: its reader was interrupted.", e);
                }
            }
        };
    }

    /// What a caller is told about a step that failed.
    static RuntimeException failure(Throwable failure) {
        return switch (failure) {
            case OuvertureException known -> known;
            case OutOfMemoryError e ->
                new ResourceException(
                        "There is too little memory for this step (" + e.getMessage()
                                + "); ask for a smaller context or batch, or give Java more with -Xmx or"
                                + " -XX:MaxDirectMemorySize.",
                        e);
            // What the JVM makes of a mapped page that can no longer be read.
            case InternalError e ->
                new ModelFileException(
                        "The model's file changed or could not be read while it was in use; open it again.", e);
            default -> new IllegalStateException("the step failed", failure);
        };
    }
}

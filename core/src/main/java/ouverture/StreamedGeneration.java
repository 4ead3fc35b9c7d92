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
import ouverture.text.output.Output;
import ouverture.text.output.OutputParser;

/// Turns a sequence's tokens into events. The queue is bounded by the number of tokens that the sequence may
/// have.
final class StreamedGeneration implements Generation, Sequence.Listener {
    private sealed interface Item {
        record Event(ChatEvent event) implements Item {}

        record Failure(Throwable failure) implements Item {}
    }

    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final Prompt prompt;
    private final TextStream text;
    private final boolean probabilities;
    private final List<TokenProbability> unsent = new ArrayList<>();
    private final long start = System.nanoTime();
    private long first;
    private int calls;
    private volatile @Nullable Sequence sequence;

    StreamedGeneration(Prompt prompt, List<String> stop, boolean probabilities) {
        this.prompt = prompt;
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
        OutputParser parser = prompt.parser();
        if (parser == null) {
            return true;
        }
        take(parser.push(id));
        if (parser.isThinking()) {
            prompt.limit().count();
        }
        return !text.stopped() && !parser.hasEnded();
    }

    @Override
    public int[] forced() {
        OutputParser parser = prompt.parser();
        return parser != null && parser.isThinking() ? prompt.limit().forced() : Sequence.Listener.super.forced();
    }

    private void take(List<Output> pieces) {
        for (Output piece : pieces) {
            if (text.stopped()) {
                return;
            }
            switch (piece) {
                case Output.Text(String source) -> emit(text.push(source));
                case Output.Thinking(String source) -> {
                    emit(text.finish());
                    add(new ChatEvent.Thinking(source, unsent));
                    unsent.clear();
                }
                case Output.Call call -> {
                    emit(text.finish());
                    Message.Call asked = new Message.Call(call.id(), call.name(), call.arguments());
                    add(new ChatEvent.ToolCall(calls++, asked, call.valid()));
                }
                case Output.Markup _ -> {}
            }
        }
    }

    private void emit(String piece) {
        if (!piece.isEmpty()) {
            add(new ChatEvent.Text(piece, unsent));
            unsent.clear();
        }
    }

    private void add(ChatEvent event) {
        items.add(new Item.Event(event));
    }

    @Override
    public void finished(FinishReason reason, Sequence.Counts counts) {
        OutputParser parser = prompt.parser();
        if (parser != null) {
            take(parser.finish());
            emit(text.finish());
        }
        if (!unsent.isEmpty()) {
            add(new ChatEvent.Text("", unsent));
        }
        long end = System.nanoTime();
        Duration prefill = Duration.ofNanos((first == 0 ? end : first) - start);
        Duration decode = Duration.ofNanos(first == 0 ? 0 : end - first);
        boolean called = reason == FinishReason.STOP && calls > 0;
        add(new ChatEvent.Finished(
                called ? FinishReason.TOOL_CALLS : reason,
                new ChatEvent.Usage(
                        prompt.ids().length,
                        counts.cached(),
                        counts.generated(),
                        prompt.limit().counted(),
                        counts.drafted(),
                        counts.accepted(),
                        prefill,
                        decode),
                prompt.applied(),
                text.stop()));
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
                    ended = !(item instanceof Item.Event(ChatEvent event)) || event instanceof ChatEvent.Finished;
                    return switch (item) {
                        case Item.Event(ChatEvent next) -> next;
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

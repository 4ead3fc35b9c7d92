package ouverture.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import ouverture.ChatEvent;
import ouverture.ChatEvent.Usage;
import ouverture.ChatModel;
import ouverture.ChatRequest;
import ouverture.Generation;
import ouverture.generate.FinishReason;

/// A model that answers as a test says, word by word, and remembers what it was asked.
final class ScriptedModel implements ChatModel {
    private final Function<ChatRequest, String> script;
    private final List<ChatRequest> requests = new ArrayList<>();

    /// @param script may throw what an engine throws
    ScriptedModel(Function<ChatRequest, String> script) {
        this.script = script;
    }

    /// Repeats the newest message.
    static ScriptedModel echo() {
        return new ScriptedModel(request -> request.messages().getLast().content());
    }

    List<ChatRequest> requests() {
        return requests;
    }

    @Override
    public Generation chat(ChatRequest request) {
        requests.add(request);
        return new Words(script.apply(request).splitWithDelimiters(" ", 0));
    }

    private static final class Words implements Generation {
        private final String[] words;
        private volatile boolean cancelled;

        private Words(String[] words) {
            this.words = words;
        }

        @Override
        public Iterator<ChatEvent> iterator() {
            return new Iterator<>() {
                private int next;
                private boolean finished;

                @Override
                public boolean hasNext() {
                    return !finished;
                }

                @Override
                public ChatEvent next() {
                    if (cancelled || next == words.length) {
                        finished = true;
                        return new ChatEvent.Finished(
                                cancelled ? FinishReason.CANCELLED : FinishReason.STOP,
                                new Usage(10, 4, next, Duration.ofMillis(100), Duration.ofMillis(200)));
                    }
                    return new ChatEvent.Text(words[next++], List.of());
                }
            };
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}

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
import ouverture.ReasoningApplied;
import ouverture.generate.FinishReason;

/// A model that answers as a test says, word by word, and remembers what it was asked.
final class ScriptedModel implements ChatModel {
    private final Function<ChatRequest, String> script;
    private final List<ChatRequest> requests = new ArrayList<>();
    private String note = "";

    /// @param script what to answer; thoughts stand before it in `<think>` and `</think>`. May throw what an engine
    ///     throws
    ScriptedModel(Function<ChatRequest, String> script) {
        this.script = script;
    }

    /// Repeats the newest message.
    static ScriptedModel echo() {
        return new ScriptedModel(request -> request.messages().getLast().content());
    }

    /// Says this about the reasoning setting.
    ScriptedModel noting(String sentence) {
        note = sentence;
        return this;
    }

    List<ChatRequest> requests() {
        return requests;
    }

    @Override
    public Generation chat(ChatRequest request) {
        requests.add(request);
        String answer = script.apply(request);
        List<ChatEvent> events = new ArrayList<>();
        int end = answer.startsWith("<think>") ? answer.indexOf("</think>") : -1;
        if (end > 0) {
            for (String word : answer.substring("<think>".length(), end).splitWithDelimiters(" ", 0)) {
                events.add(new ChatEvent.Thinking(word, List.of()));
            }
        }
        String text = end > 0 ? answer.substring(end + "</think>".length()) : answer;
        for (String word : text.splitWithDelimiters(" ", 0)) {
            events.add(new ChatEvent.Text(word, List.of()));
        }
        return new Words(events, new ReasoningApplied(request.reasoning(), "none", "none", note));
    }

    private static final class Words implements Generation {
        private final List<ChatEvent> words;
        private final ReasoningApplied applied;
        private volatile boolean cancelled;

        private Words(List<ChatEvent> words, ReasoningApplied applied) {
            this.words = words;
            this.applied = applied;
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
                    if (cancelled || next == words.size()) {
                        finished = true;
                        return new ChatEvent.Finished(
                                cancelled ? FinishReason.CANCELLED : FinishReason.STOP,
                                new Usage(10, 4, next, 0, 0, 0, Duration.ofMillis(100), Duration.ofMillis(200)),
                                applied,
                                "");
                    }
                    return words.get(next++);
                }
            };
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}

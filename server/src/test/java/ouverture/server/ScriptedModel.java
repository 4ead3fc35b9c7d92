package ouverture.server;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.Generation;
import ouverture.Message;
import ouverture.ModelInfo;
import ouverture.ReasoningApplied;
import ouverture.generate.FinishReason;
import ouverture.server.model.IdleModel;

/// A model that says what its last message asks for, and remembers what it was asked:
///
/// - `think A|B`: the thought A, then B
/// - `call NAME ARGUMENTS`, on each line: tool calls
/// - `forever`: one word after the other, until it is cancelled
/// - `fail`: nothing, because of a mistake of ours
/// - anything else: the same, word by word
public final class ScriptedModel extends IdleModel {
    /// As clients call it.
    public static final String NAME = "scripted";

    private final List<ChatRequest> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();

    /// What it was asked, oldest first.
    public List<ChatRequest> requests() {
        return requests;
    }

    /// What it was asked last.
    public ChatRequest last() {
        return requests.getLast();
    }

    /// Answers that were cancelled before their end.
    public int cancelled() {
        return cancelled.get();
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo(NAME, "script", 0, 0, 0, 4096, 4096, 0, 100, 1, "none", 1, false, true, true);
    }

    /// Ten, and one for each letter of long messages.
    @Override
    public int promptTokens(ChatRequest request) {
        return 10
                + request.messages().stream()
                        .mapToInt(message -> message.content().length())
                        .filter(length -> length > 1000)
                        .sum();
    }

    @Override
    public Generation chat(ChatRequest request) {
        requests.add(request);
        String asked = request.messages().getLast().content();
        if (asked.equals("forever")) {
            return new Endless(request);
        }
        if (asked.equals("fail")) {
            throw new IllegalStateException("a mistake");
        }
        List<ChatEvent> events = new CopyOnWriteArrayList<>();
        FinishReason reason = FinishReason.STOP;
        if (asked.startsWith("think ")) {
            String[] parts = asked.substring(6).split("\\|");
            events.add(new ChatEvent.Thinking(parts[0], List.of()));
            events.add(new ChatEvent.Text(parts[1], List.of()));
        } else if (asked.startsWith("call ")) {
            reason = FinishReason.TOOL_CALLS;
            for (String line : asked.split("\n")) {
                String[] parts = line.split(" ", 3);
                Message.Call call = new Message.Call("call_" + events.size(), parts[1], parts[2]);
                events.add(new ChatEvent.ToolCall(events.size(), call, true));
            }
        } else {
            for (String word : asked.splitWithDelimiters(" ", 0)) {
                events.add(new ChatEvent.Text(word, List.of()));
            }
        }
        events.add(end(reason, request, events.size()));
        return new Recorded(events);
    }

    private static ChatEvent end(FinishReason reason, ChatRequest request, int tokens) {
        return new ChatEvent.Finished(
                reason,
                new ChatEvent.Usage(10, 4, tokens, 0, 0, 0, Duration.ofMillis(100), Duration.ofMillis(200)),
                new ReasoningApplied(request.reasoning(), "none", "none", "a note"),
                "");
    }

    private record Recorded(List<ChatEvent> events) implements Generation {
        @Override
        public Iterator<ChatEvent> iterator() {
            return events.iterator();
        }

        @Override
        public void cancel() {}
    }

    private final class Endless implements Generation {
        private final ChatRequest request;
        private final CountDownLatch end = new CountDownLatch(1);

        private Endless(ChatRequest request) {
            this.request = request;
        }

        @Override
        public Iterator<ChatEvent> iterator() {
            return new Iterator<>() {
                private int words;
                private boolean ended;

                @Override
                public boolean hasNext() {
                    return !ended;
                }

                @Override
                public ChatEvent next() {
                    try {
                        ended = end.await(5, java.util.concurrent.TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return ended
                            ? end(FinishReason.CANCELLED, request, words)
                            : new ChatEvent.Text("word " + words++ + " ".repeat(50_000), List.of());
                }
            };
        }

        @Override
        public void cancel() {
            if (end.getCount() > 0) {
                cancelled.incrementAndGet();
            }
            end.countDown();
        }
    }
}

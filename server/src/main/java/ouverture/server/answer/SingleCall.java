package ouverture.server.answer;

import java.util.Iterator;
import ouverture.ChatEvent;
import ouverture.Generation;
import ouverture.generate.FinishReason;

/// An answer that ends with its first tool call.
public record SingleCall(Generation generation) implements Generation {
    @Override
    public Iterator<ChatEvent> iterator() {
        Iterator<ChatEvent> events = generation.iterator();
        return new Iterator<>() {
            private boolean called;

            @Override
            public boolean hasNext() {
                return events.hasNext();
            }

            @Override
            public ChatEvent next() {
                ChatEvent event = events.next();
                while (called && !(event instanceof ChatEvent.Finished)) {
                    event = events.next();
                }
                if (event instanceof ChatEvent.ToolCall) {
                    called = true;
                    generation.cancel();
                }
                return called && event instanceof ChatEvent.Finished end
                        ? new ChatEvent.Finished(FinishReason.TOOL_CALLS, end.usage(), end.reasoning(), end.stop())
                        : event;
            }
        };
    }

    @Override
    public void cancel() {
        generation.cancel();
    }
}

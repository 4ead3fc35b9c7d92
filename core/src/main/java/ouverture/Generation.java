package ouverture;

import java.util.Iterator;

/// A running answer. Iterate over its events once, from one thread; the last one is [ChatEvent.Finished]. A
/// failure is thrown from the iterator.
public interface Generation extends Iterable<ChatEvent>, AutoCloseable {
    @Override
    Iterator<ChatEvent> iterator();

    /// Ends the answer soon; its iterator then ends with [ouverture.generate.FinishReason#CANCELLED]. May be
    /// called from any thread, any number of times.
    void cancel();

    /// Reads the answer to its end.
    ///
    /// @return its whole text, without thoughts and calls
    default String text() {
        StringBuilder text = new StringBuilder();
        for (ChatEvent event : this) {
            switch (event) {
                case ChatEvent.Text(String piece, var _) -> text.append(piece);
                case ChatEvent.Thinking _, ChatEvent.ToolCall _, ChatEvent.Finished _ -> {}
            }
        }
        return text.toString();
    }

    /// Cancels the answer if it still runs.
    @Override
    default void close() {
        cancel();
    }
}

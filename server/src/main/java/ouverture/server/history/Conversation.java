package ouverture.server.history;

import java.time.Instant;

/// A conversation as it is kept.
///
/// @param head what lists show of it
/// @param messages list in JSON
public record Conversation(Head head, String messages) {
    /// What lists show of a conversation.
    ///
    /// @param id that its owner gave it
    /// @param changed when it was put here last, to the millisecond
    public record Head(String id, String title, Instant changed) {}
}

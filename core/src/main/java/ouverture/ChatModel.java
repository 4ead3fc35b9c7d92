package ouverture;

/// Anything that answers conversations: an engine, or what is put around one.
public interface ChatModel {
    /// Starts an answer and returns at once.
    ///
    /// @throws ouverture.error.OuvertureException if the request cannot be taken
    Generation chat(ChatRequest request);
}

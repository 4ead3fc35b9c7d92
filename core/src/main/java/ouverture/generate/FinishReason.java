package ouverture.generate;

/// Why an answer ended.
public enum FinishReason {
    /// The model ended it, or a stop string came.
    STOP,
    /// The model ended it and waits for the results of its tool calls.
    TOOL_CALLS,
    /// The number of tokens asked for, or the context, was used up.
    LENGTH,
    /// The caller cancelled it.
    CANCELLED
}

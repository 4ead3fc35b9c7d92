package ouverture.generate;

/// Why an answer ended.
public enum FinishReason {
    /// The model ended it, or a stop string came.
    STOP,
    /// The number of tokens asked for, or the context, was used up.
    LENGTH,
    /// The caller cancelled it.
    CANCELLED
}

package ouverture.train.lesson;

/// What a model answers with.
public sealed interface Reply {
    /// Words for the user.
    record Text(String text) implements Reply {}

    /// A call of a tool.
    ///
    /// @param arguments a JSON object
    record Call(String tool, String arguments) implements Reply {}
}

package ouverture.text.output;

/// A piece of what a model wrote. The sources of all pieces, in order, are the raw text of its tokens: nothing is
/// lost and nothing comes twice.
public sealed interface Output {
    /// The characters that this piece stands for, as the model wrote them.
    String source();

    /// A piece of the answer.
    record Text(String source) implements Output {}

    /// A piece of a thought.
    record Thinking(String source) implements Output {}

    /// A tool call.
    ///
    /// @param id as the model wrote it, or made from the call; unique in its conversation
    /// @param arguments a JSON object; where `valid` is false, whatever stands in its place
    /// @param valid whether the arguments are a JSON object
    /// @param source empty for the second and later calls of one block
    record Call(String id, String name, String arguments, boolean valid, String source) implements Output {}

    /// Tags, headers and the line ends around them, which nobody should see.
    record Markup(String source) implements Output {}
}

package ouverture.text.output;

import java.util.List;

/// How a family writes tool calls.
///
/// @param blocks what a call may stand between
/// @param sections tags around all calls, which say nothing
/// @param bare whether an answer that begins with JSON may be a call
/// @param closesThought whether a call in an open thought ends the thought: the family never thinks on after one
/// @param example a call of the function NAME with ARGUMENTS, for families whose templates do not declare tools
public record CallSyntax(
        List<Block> blocks, List<String> sections, boolean bare, boolean closesThought, String example) {
    /// A call as JSON without tags.
    public static final String JSON = "{\"name\": \"NAME\", \"parameters\": ARGUMENTS}";
    static final CallSyntax NONE = new CallSyntax(List.of(), List.of(), false, false, JSON);
    /// JSON where the answer would begin: for models that were never taught another form.
    static final CallSyntax BARE = new CallSyntax(List.of(), List.of(), true, true, JSON);

    CallSyntax(List<Block> blocks, List<String> sections, boolean bare, boolean closesThought) {
        this(blocks, sections, bare, closesThought, JSON);
    }

    /// A way to write calls.
    ///
    /// @param open the tag that opens it
    /// @param closers tags of which each closes it; none if it ends with its JSON or with the answer
    /// @param endsWithJson whether it ends where its first JSON value does
    /// @param tagged whether the tags are part of what the reader gets
    /// @param beginnings what its inside may begin with; none for anything
    /// @param reader understands what stands between the tags
    public record Block(
            String open,
            List<String> closers,
            boolean endsWithJson,
            boolean tagged,
            List<String> beginnings,
            CallReader reader) {
        static Block between(String open, String close, CallReader reader) {
            return new Block(open, List.of(close), false, false, List.of(), reader);
        }
    }
}

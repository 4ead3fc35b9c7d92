package ouverture;

/// What became of a request's [Reasoning].
///
/// @param requested the setting asked for
/// @param byTemplate the variable that the model's chat template was given, as `enable_thinking=false`; `none`
///     if it has none for this
/// @param enforced what the engine does: `closed` or `opened` (a thought in the prompt), `budget N` (the thought
///     is closed after N tokens), or several of these; `none` if nothing
/// @param note a sentence where the setting cannot do what it says, else empty
public record ReasoningApplied(Reasoning requested, String byTemplate, String enforced, String note) {
    static final String NONE = "none";

    /// Of an answer without a chat template.
    static final ReasoningApplied NOTHING = new ReasoningApplied(Reasoning.AUTO, NONE, NONE, "");
}

package ouverture;

import org.jspecify.annotations.Nullable;
import ouverture.constrain.AnswerForm;
import ouverture.text.output.OutputParser;

/// What an answer goes on with, and how to read it.
///
/// @param ids token ids
/// @param parser in the state in which the prompt ends; null where the model has no tokenizer and no text
/// @param limit of the thoughts
/// @param form what all of the answer is held to, markup included; null for anything
record Prompt(
        int[] ids,
        @Nullable OutputParser parser,
        ThoughtLimit limit,
        ReasoningApplied applied,
        @Nullable AnswerForm form) {
    /// A prompt without a chat template.
    static Prompt raw(int[] ids, @Nullable OutputParser parser) {
        return new Prompt(ids, parser, ThoughtLimit.none(), ReasoningApplied.NOTHING, null);
    }
}

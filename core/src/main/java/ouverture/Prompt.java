package ouverture;

import org.jspecify.annotations.Nullable;
import ouverture.text.output.OutputParser;

/// What an answer goes on with, and how to read it.
///
/// @param ids token ids
/// @param parser in the state in which the prompt ends; null where the model has no tokenizer and no text
/// @param limit of the thoughts
record Prompt(int[] ids, @Nullable OutputParser parser, ThoughtLimit limit, ReasoningApplied applied) {
    /// A prompt without a chat template.
    static Prompt raw(int[] ids, @Nullable OutputParser parser) {
        return new Prompt(ids, parser, ThoughtLimit.none(), ReasoningApplied.NOTHING);
    }
}

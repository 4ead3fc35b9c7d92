package ouverture;

import java.time.Duration;
import java.util.List;
import ouverture.generate.FinishReason;
import ouverture.generate.TokenProbability;

/// What comes out of a running answer.
public sealed interface ChatEvent {
    /// A piece of the answer: whole code points, never part of a stop string.
    ///
    /// @param tokens log-probabilities of the tokens since the last piece, if they were asked for
    record Text(String text, List<TokenProbability> tokens) implements ChatEvent {
        public Text {
            tokens = List.copyOf(tokens);
        }
    }

    /// A piece of a thought: whole code points. Thoughts are never in a [Text], and answers never in one of these.
    ///
    /// @param tokens log-probabilities of the tokens since the last piece, if they were asked for
    record Thinking(String text, List<TokenProbability> tokens) implements ChatEvent {
        public Thinking {
            tokens = List.copyOf(tokens);
        }
    }

    /// The model asks for a tool. The call is complete; the answer may go on with more of them.
    ///
    /// @param index 0 for the first call of the answer, then 1 and so on
    /// @param isValid whether the arguments are a JSON object; if not, they are what the model wrote in its place
    record ToolCall(int index, Message.Call call, boolean isValid) implements ChatEvent {}

    /// The end of the answer; nothing follows.
    ///
    /// @param reasoning what became of the request's setting
    /// @param stop the stop string that ended it, or empty
    record Finished(FinishReason reason, Usage usage, ReasoningApplied reasoning, String stop) implements ChatEvent {}

    /// What an answer took.
    ///
    /// @param promptTokens tokens of the prompt
    /// @param cachedTokens of these, tokens whose keys and values were still in the cache
    /// @param generatedTokens tokens of the answer, the one that ended it included
    /// @param thoughtTokens of these, tokens of thoughts
    /// @param draftedTokens tokens that were guessed and computed before it was known what comes
    /// @param acceptedTokens of these, tokens that came: each saved a pass
    /// @param prefill time from the request's start to its first token
    /// @param decode time from the first token to the last
    record Usage(
            int promptTokens,
            int cachedTokens,
            int generatedTokens,
            int thoughtTokens,
            int draftedTokens,
            int acceptedTokens,
            Duration prefill,
            Duration decode) {}
}

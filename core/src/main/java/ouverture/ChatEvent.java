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

    /// The end of the answer; nothing follows.
    record Finished(FinishReason reason, Usage usage) implements ChatEvent {}

    /// What an answer took.
    ///
    /// @param promptTokens tokens of the prompt
    /// @param cachedTokens of these, tokens whose keys and values were still in the cache
    /// @param generatedTokens tokens of the answer, the one that ended it included
    /// @param prefill time from the request's start to its first token
    /// @param decode time from the first token to the last
    record Usage(int promptTokens, int cachedTokens, int generatedTokens, Duration prefill, Duration decode) {}
}

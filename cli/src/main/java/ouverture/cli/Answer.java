package ouverture.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ouverture.ChatEvent;
import ouverture.ChatEvent.ToolCall;
import ouverture.ChatEvent.Usage;
import ouverture.Generation;
import ouverture.Reasoning;
import ouverture.generate.FinishReason;
import ouverture.generate.TokenProbability;

/// A complete answer.
///
/// @param thoughts what the model thought before and between
/// @param calls tools that it asked for
/// @param tokens log-probabilities, if they were asked for
record Answer(
        String text, String thoughts, List<ToolCall> calls, List<TokenProbability> tokens, ChatEvent.Finished end) {
    /// Takes the pieces of an answer as they come.
    interface Listener {
        void piece(String text) throws IOException;

        default void thought(String text) throws IOException {}
    }

    Answer {
        calls = List.copyOf(calls);
        tokens = List.copyOf(tokens);
    }

    FinishReason reason() {
        return end.reason();
    }

    Usage usage() {
        return end.usage();
    }

    /// A sentence if the reasoning setting could not do what it says, else empty.
    String note() {
        return end.reasoning().requested().equals(Reasoning.AUTO)
                ? ""
                : end.reasoning().note();
    }

    /// Reads an answer to its end.
    ///
    /// @throws IOException if the listener does; the answer is then cancelled
    static Answer read(Generation generation, Listener listener) throws IOException {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        List<TokenProbability> tokens = new ArrayList<>();
        try (generation) {
            for (ChatEvent event : generation) {
                switch (event) {
                    case ChatEvent.Text(String piece, List<TokenProbability> probabilities) -> {
                        text.append(piece);
                        tokens.addAll(probabilities);
                        listener.piece(piece);
                    }
                    case ChatEvent.Thinking(String piece, List<TokenProbability> probabilities) -> {
                        thoughts.append(piece);
                        tokens.addAll(probabilities);
                        listener.thought(piece);
                    }
                    case ToolCall call -> calls.add(call);
                    case ChatEvent.Finished end -> {
                        return new Answer(text.toString(), thoughts.toString(), calls, tokens, end);
                    }
                }
            }
        }
        throw new IllegalStateException("an answer without an end");
    }

    /// One line for people: counts, and speeds where there is one.
    String statistics() {
        return "prompt " + Units.count(usage().promptTokens(), "token")
                + (usage().cachedTokens() == 0 ? "" : " (" + usage().cachedTokens() + " from the cache)")
                + speed(promptTokensPerSecond()) + "; answer " + Units.count(usage().generatedTokens(), "token")
                + guesses() + speed(tokensPerSecond());
    }

    private String guesses() {
        return usage().draftedTokens() == 0
                ? ""
                : " (" + usage().acceptedTokens() + " of " + Units.digits(usage().draftedTokens()) + " guesses right)";
    }

    private static String speed(double tokensPerSecond) {
        return tokensPerSecond == 0 ? "" : ", " + Units.threeDigits(tokensPerSecond) + " tok/s";
    }

    /// Speed of the prompt, tokens that the cache had left out.
    double promptTokensPerSecond() {
        return Units.perSecond(usage().promptTokens() - usage().cachedTokens(), usage().prefill());
    }

    /// Speed of the answer; its first token belongs to the prompt's time.
    double tokensPerSecond() {
        return Units.perSecond(Math.max(0, usage().generatedTokens() - 1), usage().decode());
    }
}

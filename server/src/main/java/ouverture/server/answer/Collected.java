package ouverture.server.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent;
import ouverture.ChatEvent.Finished;
import ouverture.ChatEvent.ToolCall;
import ouverture.generate.TokenProbability;

/// What one answer says, as far as it has come.
public final class Collected {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thoughts = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<TokenProbability> tokens = new ArrayList<>();
    private final List<TokenProbability> thoughtTokens = new ArrayList<>();
    private @Nullable Finished end;

    /// The only answer to a request.
    ///
    /// @throws ouverture.error.OuvertureException if it fails
    /// @throws ouverture.server.api.ApiException if the request was given up
    public static Collected of(Answers answers) {
        Collected collected = new Collected();
        answers.forEach(event -> collected.add(event.event()));
        return collected;
    }

    /// Adds what has come.
    public void add(ChatEvent event) {
        switch (event) {
            case ChatEvent.Text(String piece, List<TokenProbability> probabilities) -> {
                text.append(piece);
                tokens.addAll(probabilities);
            }
            case ChatEvent.Thinking(String piece, List<TokenProbability> probabilities) -> {
                thoughts.append(piece);
                thoughtTokens.addAll(probabilities);
            }
            case ToolCall call -> calls.add(call);
            case Finished finished -> end = finished;
        }
    }

    public String text() {
        return text.toString();
    }

    public String thoughts() {
        return thoughts.toString();
    }

    public List<ToolCall> calls() {
        return List.copyOf(calls);
    }

    /// Log-probabilities of the text's tokens, if they were asked for.
    public List<TokenProbability> tokens() {
        return List.copyOf(tokens);
    }

    /// Log-probabilities of the thoughts' tokens, if they were asked for.
    public List<TokenProbability> thoughtTokens() {
        return List.copyOf(thoughtTokens);
    }

    /// How it ended; it must have.
    public Finished end() {
        if (end == null) {
            throw new IllegalStateException("an answer without an end");
        }
        return end;
    }
}

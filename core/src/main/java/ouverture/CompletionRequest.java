package ouverture;

import java.util.List;
import java.util.Optional;
import ouverture.constrain.Constraint;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;

/// A text that waits for its continuation, without a chat template.
///
/// @param maxTokens tokens of the continuation at most; 0 for as many as the context holds
/// @param stop strings that end the continuation and are not part of it
/// @param adapters that change the model for this request; empty for those of the engine ([Engine#adapt])
/// @param constraint what the continuation is held to
public record CompletionRequest(
        Prompt prompt,
        SamplingParameters sampling,
        int maxTokens,
        List<String> stop,
        Optional<List<Adapter>> adapters,
        Optional<Constraint> constraint) {
    /// What is continued.
    public sealed interface Prompt {
        /// A text; special tokens in it are plain text, and the model's own start token comes first.
        record Text(String text) implements Prompt {}

        /// Token ids, used as they are.
        record Tokens(List<Integer> ids) implements Prompt {
            public Tokens {
                ids = List.copyOf(ids);
            }
        }
    }

    public CompletionRequest {
        stop = List.copyOf(stop);
        adapters = adapters.map(List::copyOf);
        check(maxTokens, stop);
    }

    static void check(int maxTokens, List<String> stop) {
        if (maxTokens < 0) {
            throw new RequestException("The number of tokens is " + maxTokens + "; it must be at least 0.");
        }
        if (stop.stream().anyMatch(String::isEmpty)) {
            throw new RequestException("A stop string is empty; leave it out or give its text.");
        }
    }

    /// A request with the adapters of the engine and no constraint.
    public CompletionRequest(Prompt prompt, SamplingParameters sampling, int maxTokens, List<String> stop) {
        this(prompt, sampling, maxTokens, stop, Optional.empty(), Optional.empty());
    }

    /// Continues a text with default sampling and no limits.
    public static CompletionRequest of(String text) {
        return new CompletionRequest(new Prompt.Text(text), SamplingParameters.DEFAULT, 0, List.of());
    }

    /// Continues token ids with default sampling and no limits.
    public static CompletionRequest of(List<Integer> ids) {
        return new CompletionRequest(new Prompt.Tokens(ids), SamplingParameters.DEFAULT, 0, List.of());
    }

    public CompletionRequest withSampling(SamplingParameters sampling) {
        return new CompletionRequest(prompt, sampling, maxTokens, stop, adapters, constraint);
    }

    public CompletionRequest withMaxTokens(int maxTokens) {
        return new CompletionRequest(prompt, sampling, maxTokens, stop, adapters, constraint);
    }

    public CompletionRequest withStop(List<String> stop) {
        return new CompletionRequest(prompt, sampling, maxTokens, stop, adapters, constraint);
    }

    /// @param adapters that change the model for this request, all at once; none for the model as it is
    public CompletionRequest withAdapters(List<Adapter> adapters) {
        return new CompletionRequest(prompt, sampling, maxTokens, stop, Optional.of(adapters), constraint);
    }

    public CompletionRequest withConstraint(Constraint constraint) {
        return new CompletionRequest(prompt, sampling, maxTokens, stop, adapters, Optional.of(constraint));
    }
}

package ouverture;

import java.util.List;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;

/// A conversation that waits for its next answer.
///
/// @param messages oldest first
/// @param maxTokens tokens of the answer at most; 0 for as many as the context holds
/// @param stop strings that end the answer and are not part of it
public record ChatRequest(List<Message> messages, SamplingParameters sampling, int maxTokens, List<String> stop) {
    public ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        CompletionRequest.check(maxTokens, stop);
        if (messages.isEmpty()) {
            throw new RequestException("The conversation has no message; give at least one.");
        }
    }

    /// A request with default sampling and no limits.
    public static ChatRequest of(List<Message> messages) {
        return new ChatRequest(messages, SamplingParameters.DEFAULT, 0, List.of());
    }

    /// A single question with default sampling.
    public static ChatRequest of(String question) {
        return of(List.of(Message.user(question)));
    }

    public ChatRequest withSampling(SamplingParameters sampling) {
        return new ChatRequest(messages, sampling, maxTokens, stop);
    }

    public ChatRequest withMaxTokens(int maxTokens) {
        return new ChatRequest(messages, sampling, maxTokens, stop);
    }

    public ChatRequest withStop(List<String> stop) {
        return new ChatRequest(messages, sampling, maxTokens, stop);
    }
}

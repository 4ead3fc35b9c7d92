package ouverture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import ouverture.constrain.Constraint;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;

/// A conversation that waits for its next answer.
///
/// @param messages oldest first
/// @param maxTokens tokens of the answer at most, thoughts included; 0 for as many as the context holds
/// @param stop strings that end the answer and are not part of it; thoughts and calls may contain them
/// @param tools what the model may ask for; without any, a family's call tags are text unless they are control
///     tokens
/// @param templateVariables further variables of the chat template, JSON values of Java: they prevail over what
///     `reasoning` sets
/// @param adapters that change the model for this request; empty for those of the engine ([Engine#adapt])
/// @param constraint what the text of the answer is held to; thoughts and calls are not
/// @param toolChoice whether tools may or must be called
public record ChatRequest(
        List<Message> messages,
        SamplingParameters sampling,
        int maxTokens,
        List<String> stop,
        List<Tool> tools,
        Reasoning reasoning,
        Map<String, Object> templateVariables,
        Optional<List<Adapter>> adapters,
        Optional<Constraint> constraint,
        ToolChoice toolChoice) {
    public ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        tools = List.copyOf(tools);
        templateVariables = Map.copyOf(templateVariables);
        adapters = adapters.map(List::copyOf);
        CompletionRequest.check(maxTokens, stop);
        if (messages.isEmpty()) {
            throw new RequestException("The conversation has no message; give at least one.");
        }
        if (tools.stream().map(Tool::name).distinct().count() < tools.size()) {
            throw new RequestException("Two tools of the request have the same name; give each its own.");
        }
        toolChoice.check(tools);
    }

    /// A request with the adapters of the engine and no constraint, whose model calls tools as it likes.
    public ChatRequest(
            List<Message> messages,
            SamplingParameters sampling,
            int maxTokens,
            List<String> stop,
            List<Tool> tools,
            Reasoning reasoning,
            Map<String, Object> templateVariables) {
        this(
                messages,
                sampling,
                maxTokens,
                stop,
                tools,
                reasoning,
                templateVariables,
                Optional.empty(),
                Optional.empty(),
                ToolChoice.Any.AUTO);
    }

    /// A request with default sampling and no limits.
    public static ChatRequest of(List<Message> messages) {
        return new ChatRequest(messages, SamplingParameters.DEFAULT, 0, List.of(), List.of(), Reasoning.AUTO, Map.of());
    }

    /// A single question with default sampling.
    public static ChatRequest of(String question) {
        return of(List.of(Message.user(question)));
    }

    public ChatRequest withMessages(List<Message> messages) {
        return with(changed -> changed.messages = messages);
    }

    public ChatRequest withSampling(SamplingParameters sampling) {
        return with(changed -> changed.sampling = sampling);
    }

    public ChatRequest withMaxTokens(int maxTokens) {
        return with(changed -> changed.maxTokens = maxTokens);
    }

    public ChatRequest withStop(List<String> stop) {
        return with(changed -> changed.stop = stop);
    }

    public ChatRequest withTools(List<Tool> tools) {
        return with(changed -> changed.tools = tools);
    }

    public ChatRequest withReasoning(Reasoning reasoning) {
        return with(changed -> changed.reasoning = reasoning);
    }

    public ChatRequest withTemplateVariables(Map<String, Object> templateVariables) {
        return with(changed -> changed.templateVariables = templateVariables);
    }

    /// @param adapters that change the model for this request, all at once; none for the model as it is
    public ChatRequest withAdapters(List<Adapter> adapters) {
        return new ChatRequest(
                messages,
                sampling,
                maxTokens,
                stop,
                tools,
                reasoning,
                templateVariables,
                Optional.of(adapters),
                constraint,
                toolChoice);
    }

    public ChatRequest withConstraint(Constraint constraint) {
        return new ChatRequest(
                messages,
                sampling,
                maxTokens,
                stop,
                tools,
                reasoning,
                templateVariables,
                adapters,
                Optional.of(constraint),
                toolChoice);
    }

    public ChatRequest withToolChoice(ToolChoice toolChoice) {
        return with(changed -> changed.toolChoice = toolChoice);
    }

    private ChatRequest with(Consumer<Components> change) {
        Components components = new Components(this);
        change.accept(components);
        return components.together();
    }

    /// The components of another, to be changed.
    private static final class Components {
        private List<Message> messages;
        private SamplingParameters sampling;
        private int maxTokens;
        private List<String> stop;
        private List<Tool> tools;
        private Reasoning reasoning;
        private Map<String, Object> templateVariables;
        private Optional<List<Adapter>> adapters;
        private Optional<Constraint> constraint;
        private ToolChoice toolChoice;

        Components(ChatRequest from) {
            messages = from.messages;
            sampling = from.sampling;
            maxTokens = from.maxTokens;
            stop = from.stop;
            tools = from.tools;
            reasoning = from.reasoning;
            templateVariables = from.templateVariables;
            adapters = from.adapters;
            constraint = from.constraint;
            toolChoice = from.toolChoice;
        }

        ChatRequest together() {
            return new ChatRequest(
                    messages,
                    sampling,
                    maxTokens,
                    stop,
                    tools,
                    reasoning,
                    templateVariables,
                    adapters,
                    constraint,
                    toolChoice);
        }
    }
}

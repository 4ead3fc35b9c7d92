package ouverture.server.openai;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ouverture.ChatEvent;
import ouverture.generate.TokenProbability;
import ouverture.server.answer.Answers;
import ouverture.server.answer.LogProbs;
import ouverture.server.answer.ReasoningReport;
import ouverture.server.api.EventStream;
import ouverture.server.model.Models;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A chat completion that comes in chunks.
final class ChatStream {
    private final ChatCompletionRequest request;
    private final Models.Lease model;
    private final String id;
    private final EventStream events;
    private final LogProbs logProbs;
    private final Set<Integer> begun = new HashSet<>();
    private final UsageCount usage = new UsageCount();

    ChatStream(ChatCompletionRequest request, Models.Lease model, String id, EventStream events) {
        this.request = request;
        this.model = model;
        this.id = id;
        this.events = events;
        this.logProbs = new LogProbs(model.model().tokenizer());
    }

    /// Sends all of it.
    void send(Answers answers) {
        answers.forEach(event -> send(event.answer(), event.event()));
        if (request.streaming().usage()) {
            ObjectNode last = head();
            last.putArray("choices");
            last.set("usage", usage.json());
            events.data(last);
        }
        events.data("[DONE]");
    }

    private ObjectNode head() {
        return ChatCompletions.head("chat.completion.chunk", id, model, request);
    }

    private void send(int answer, ChatEvent event) {
        if (begun.add(answer)) {
            chunk(answer, delta().put("role", "assistant").put("content", ""));
        }
        switch (event) {
            case ChatEvent.Text(String text, List<TokenProbability> tokens) ->
                chunk(answer, delta().put("content", text), tokens, "content");
            case ChatEvent.Thinking(String thought, List<TokenProbability> tokens) -> {
                if (request.showThoughts()) {
                    ObjectNode delta = delta().put("reasoning", thought).put("reasoning_content", thought);
                    chunk(answer, delta, tokens, "reasoning");
                }
            }
            case ChatEvent.ToolCall call -> {
                ObjectNode delta = delta();
                ObjectNode node = delta.putArray("tool_calls").addObject().put("index", call.index());
                node.setAll(Reports.call(call));
                chunk(answer, delta);
            }
            case ChatEvent.Finished end -> {
                usage.add(end.usage(), answer == 0);
                finish(answer, end);
            }
        }
    }

    private void finish(int answer, ChatEvent.Finished end) {
        ObjectNode chunk = chunk(answer, delta(), List.of(), "", Reports.finishReason(end.reason()));
        chunk.set(ReasoningReport.FIELD, ReasoningReport.json(end.reasoning()));
        ChatCompletions.echo(request, chunk);
        events.data(chunk);
    }

    private static ObjectNode delta() {
        return JsonNodeFactory.instance.objectNode();
    }

    private void chunk(int answer, ObjectNode delta) {
        events.data(chunk(answer, delta, List.of(), "", ""));
    }

    private void chunk(int answer, ObjectNode delta, List<TokenProbability> tokens, String kind) {
        events.data(chunk(answer, delta, tokens, kind, ""));
    }

    /// @param kind the name of the list of tokens
    /// @param finishReason empty while the answer goes on
    private ObjectNode chunk(
            int answer, ObjectNode delta, List<TokenProbability> tokens, String kind, String finishReason) {
        ObjectNode chunk = head();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", answer);
        choice.set("delta", delta);
        if (tokens.isEmpty()) {
            choice.putNull("logprobs");
        } else {
            ObjectNode object = choice.putObject("logprobs");
            object.putArray("content");
            object.putNull("refusal");
            logProbs.put(tokens, object.putArray(kind));
        }
        if (finishReason.isEmpty()) {
            choice.putNull("finish_reason");
        } else {
            choice.put("finish_reason", finishReason);
        }
        if (request.streaming().usage()) {
            chunk.putNull("usage");
        }
        return chunk;
    }
}

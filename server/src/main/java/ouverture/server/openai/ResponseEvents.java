package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent;
import ouverture.Message;
import ouverture.generate.FinishReason;
import ouverture.generate.TokenProbability;
import ouverture.server.answer.LogProbs;
import ouverture.server.answer.ReasoningReport;
import ouverture.server.api.ApiError;
import ouverture.server.openai.ResponseItem.Called;
import ouverture.server.openai.ResponseItem.Said;
import ouverture.server.openai.ResponseItem.Thought;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes the events of a response, in their order and with their numbers, and the response itself. Used by one
/// thread at a time; what it has made does not change any more.
final class ResponseEvents {
    private static final String ITEM_ID = "item_id";

    private final String id;
    private final ResponseRequest request;
    private final Consumer<ObjectNode> sink;
    private final long created = System.currentTimeMillis() / 1000;
    private final List<ResponseItem> output = new ArrayList<>();
    private final List<ObjectNode> outputJson = new ArrayList<>();
    private @Nullable Growing growing;
    private ChatEvent.@Nullable Finished end;
    private LogProbs logProbs = new LogProbs(Optional.empty());
    private int dropped;
    private int number;
    private boolean ended;

    /// An item that grows.
    private record Growing(String id, boolean isThought, StringBuilder text, ArrayNode tokens) {}

    /// @param sink takes each event
    ResponseEvents(String id, ResponseRequest request, Consumer<ObjectNode> sink) {
        this.id = id;
        this.request = request;
        this.sink = sink;
    }

    /// Items of the answer that are complete.
    List<ResponseItem> output() {
        return List.copyOf(output);
    }

    /// Whether the last event was, or is being sent.
    boolean hasEnded() {
        return ended;
    }

    /// The response exists.
    void created() {
        send("response.created", response(request.delivery().background() ? "queued" : "in_progress"));
    }

    /// The response waits for its turn.
    void queued() {
        send("response.queued", response("queued"));
    }

    /// The model has begun.
    ///
    /// @param logProbs writes its tokens
    /// @param dropped items of the conversation that the model is not asked, because they do not fit
    void begun(LogProbs logProbs, int dropped) {
        this.logProbs = logProbs;
        this.dropped = dropped;
        send("response.in_progress", response("in_progress"));
    }

    /// Tells of a piece of the answer.
    void add(ChatEvent event) {
        switch (event) {
            case ChatEvent.Thinking(String text, List<TokenProbability> _) ->
                send(thoughts() + "_text.delta", delta(grow(true), text));
            case ChatEvent.Text(String text, List<TokenProbability> tokens) -> {
                Growing item = grow(false);
                ArrayNode values = JsonNodeFactory.instance.arrayNode();
                logProbs.put(tokens, values);
                item.tokens.addAll(values);
                ObjectNode delta = delta(item, text);
                delta.set("logprobs", values);
                send("response.output_text.delta", delta);
            }
            case ChatEvent.ToolCall call -> {
                close("completed");
                call(call.call());
            }
            case ChatEvent.Finished finished -> finish(finished);
        }
    }

    /// The end by an error.
    void failed(ApiError error) {
        close("incomplete");
        ObjectNode response = response("failed");
        ended = true;
        response.putObject("error").put("code", code(error.kind())).put("message", error.message());
        send("response.failed", response);
    }

    /// The end by the client's wish. OpenAI has no event of its own for it.
    void cancelled() {
        close("incomplete");
        ended = true;
        send("response.incomplete", response("cancelled"));
    }

    private static String code(ApiError.Kind kind) {
        return switch (kind) {
            case TOO_MANY -> "rate_limit_exceeded";
            case INVALID,
                    PROMPT_TOO_LONG,
                    NO_KEY,
                    FORBIDDEN,
                    NOT_FOUND,
                    NO_MODEL,
                    NO_RESPONSE,
                    WRONG_METHOD,
                    TOO_LARGE -> "invalid_prompt";
            case FAILED, NOT_SUPPORTED, UNAVAILABLE, TIMEOUT -> "server_error";
        };
    }

    private void finish(ChatEvent.Finished finished) {
        end = finished;
        boolean isCut = finished.reason() == FinishReason.LENGTH;
        if (growing == null && output.isEmpty()) {
            begin(false);
        }
        close(isCut ? "incomplete" : "completed");
        ObjectNode response = response(isCut ? "incomplete" : "completed");
        if (isCut) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        ended = true;
        send(isCut ? "response.incomplete" : "response.completed", response);
    }

    /// The item that what comes belongs to.
    private Growing grow(boolean isThought) {
        Growing item = growing;
        return item != null && item.isThought == isThought ? item : begin(isThought);
    }

    private Growing begin(boolean isThought) {
        close("completed");
        Growing begun = new Growing(
                ResponseItem.newId(isThought ? "rs" : "msg"),
                isThought,
                new StringBuilder(),
                JsonNodeFactory.instance.arrayNode());
        growing = begun;
        ObjectNode item = JsonNodeFactory.instance.objectNode().put("id", begun.id);
        if (isThought) {
            item.put("type", "reasoning").putArray("summary");
        } else {
            item.put("type", "message").put("role", "assistant").putArray("content");
        }
        send("response.output_item.added", item(item.put("status", "in_progress")));
        ObjectNode added = place(begun);
        added.set("part", part(begun));
        send(parts(begun) + ".added", added);
        return begun;
    }

    /// Ends the item that grows, if there is one.
    private void close(String status) {
        Growing item = growing;
        growing = null;
        if (item == null) {
            return;
        }
        String text = item.text.toString();
        ObjectNode done = place(item).put("text", text);
        if (!item.isThought) {
            done.set("logprobs", item.tokens.deepCopy());
        }
        send((item.isThought ? thoughts() : "response.output") + "_text.done", done);
        ObjectNode partDone = place(item);
        partDone.set("part", part(item));
        send(parts(item) + ".done", partDone);
        add(
                item.isThought
                        ? new Thought(item.id, text, request.thoughts())
                        : new Said(item.id, "assistant", text, item.tokens),
                status);
    }

    private void add(ResponseItem item, String status) {
        ObjectNode json = item.json().put("status", status);
        ObjectNode done = item(json);
        output.add(item);
        outputJson.add(json);
        send("response.output_item.done", done);
    }

    private void call(Message.Call call) {
        Called item = new Called(ResponseItem.newId("fc"), call);
        send("response.output_item.added", item(item.json().put("arguments", "").put("status", "in_progress")));
        send("response.function_call_arguments.delta", place(item.id()).put("delta", call.arguments()));
        send(
                "response.function_call_arguments.done",
                place(item.id()).put("name", call.name()).put("arguments", call.arguments()));
        add(item, "completed");
    }

    /// What events about thoughts begin with.
    private String thoughts() {
        return request.thoughts().isSummary() ? "response.reasoning_summary" : "response.reasoning";
    }

    /// What events about the part of an item begin with.
    private String parts(Growing item) {
        return item.isThought && request.thoughts().isSummary()
                ? "response.reasoning_summary_part"
                : "response.content_part";
    }

    private ObjectNode part(Growing item) {
        String text = item.text.toString();
        return !item.isThought
                ? ResponseItem.outputText(JsonNodeFactory.instance.objectNode(), text, item.tokens.deepCopy())
                : ResponseItem.part(request.thoughts().isSummary() ? "summary_text" : "reasoning_text", text);
    }

    private ObjectNode delta(Growing item, String text) {
        item.text.append(text);
        return place(item).put("delta", text);
    }

    /// Where an event belongs.
    private ObjectNode place(Growing item) {
        boolean isSummary = item.isThought && request.thoughts().isSummary();
        return place(item.id).put(isSummary ? "summary_index" : "content_index", 0);
    }

    private ObjectNode place(String item) {
        return JsonNodeFactory.instance.objectNode().put(ITEM_ID, item).put("output_index", output.size());
    }

    private ObjectNode item(ObjectNode item) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("output_index", output.size());
        event.set("item", item);
        return event;
    }

    private void send(String type, ObjectNode content) {
        ObjectNode event =
                JsonNodeFactory.instance.objectNode().put("type", type).put("sequence_number", number);
        number++;
        if (content.has("object")) {
            event.set("response", content);
        } else {
            event.setAll(content);
        }
        sink.accept(event);
    }

    /// The response as it is now.
    private ObjectNode response(String status) {
        ObjectNode response = JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", status)
                .put("model", request.model());
        if (status.equals("completed")) {
            response.put("completed_at", System.currentTimeMillis() / 1000);
        }
        response.putNull("error").putNull("incomplete_details");
        request.put(response);
        if (request.truncates()) {
            response.put("dropped_items", dropped);
        }
        ArrayNode items = response.putArray("output");
        outputJson.forEach(items::add);
        ChatEvent.Finished finished = end;
        if (finished == null) {
            response.putNull("usage");
        } else {
            putUsage(response.putObject("usage"), finished.usage());
            response.set(ReasoningReport.FIELD, ReasoningReport.json(finished.reasoning()));
        }
        return response;
    }

    private static void putUsage(ObjectNode node, ChatEvent.Usage usage) {
        node.put("input_tokens", usage.promptTokens())
                .put("output_tokens", usage.generatedTokens())
                .put("total_tokens", usage.promptTokens() + usage.generatedTokens());
        // Nothing is written into the cache at a client's wish.
        node.putObject("input_tokens_details")
                .put("cached_tokens", usage.cachedTokens())
                .put("cache_write_tokens", 0);
        node.putObject("output_tokens_details").put("reasoning_tokens", usage.thoughtTokens());
    }
}

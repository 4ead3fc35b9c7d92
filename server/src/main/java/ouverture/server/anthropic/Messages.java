package ouverture.server.anthropic;

import java.util.List;
import ouverture.ChatEvent;
import ouverture.Generation;
import ouverture.error.PromptTooLongException;
import ouverture.error.PromptTooLongException.Figures;
import ouverture.server.answer.Answers;
import ouverture.server.answer.Backend;
import ouverture.server.answer.SingleCall;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.EventStream;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/messages` and `/v1/messages/count_tokens`.
final class Messages {
    private static final String PATH = "/v1/messages";

    private final Backend backend;

    Messages(Backend backend) {
        this.backend = backend;
    }

    List<Endpoint<?>> endpoints(Anthropic api) {
        return List.of(
                Endpoint.post(
                        PATH,
                        api,
                        Scope.INFERENCE,
                        "Answers a conversation.",
                        MessageRequest.TYPE,
                        (request, call) -> answer(request, call, api)),
                Endpoint.post(
                        PATH + "/count_tokens",
                        api,
                        Scope.INFERENCE,
                        "Says how many tokens the prompt of a conversation has.",
                        MessageRequest.COUNT_TYPE,
                        this::count));
    }

    private void count(MessageRequest request, Call call) {
        int tokens = backend.model(request.model(), call).model().promptTokens(request.chat());
        call.json(JsonNodeFactory.instance.objectNode().put("input_tokens", tokens));
    }

    private void answer(MessageRequest request, Call call, Anthropic api) {
        Models.Lease model = backend.model(request.model(), call);
        call.account().asks("chat", model.name(), request.user(), request.stream());
        Answers.Start start = () -> {
            Generation generation = begin(model, request);
            return request.singleCall() ? new SingleCall(generation) : generation;
        };
        try (Answers answers = new Answers(call, backend, model, 1, List.of(start))) {
            if (request.stream()) {
                EventStream events = call.stream(
                        EventStream.SERVER_SENT_EVENTS,
                        (stream, error) -> stream.event("error", api.error(error, call.id())));
                stream(request, model, call.id(), events, answers);
            } else {
                call.json(whole(model, call.id(), answers));
            }
        }
    }

    /// Clients of Anthropic's read the counts from its own sentence, and ask for fewer tokens.
    private static Generation begin(Models.Lease model, MessageRequest request) {
        try {
            return model.model().chat(request.chat());
        } catch (PromptTooLongException e) {
            Figures figures = e.figures().orElseThrow(() -> e);
            throw new ApiException(
                    ApiError.Kind.PROMPT_TOO_LONG,
                    "input length and `max_tokens` exceed context limit: " + figures.prompt() + " + "
                            + figures.answer() + " > " + figures.context()
                            + ", decrease input length or `max_tokens` and try again");
        }
    }

    private static ObjectNode head(Models.Lease model, String id) {
        ObjectNode message = JsonNodeFactory.instance
                .objectNode()
                .put("id", "msg_" + id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model.name());
        message.putArray("content");
        return message;
    }

    private static ObjectNode whole(Models.Lease model, String id, Answers answers) {
        ObjectNode message = head(model, id);
        ArrayNode content = message.withArray("content");
        MessageEvents blocks = new MessageEvents(new Whole(content), id);
        answers.forEach(event -> {
            blocks.add(event.event());
            if (event.event() instanceof ChatEvent.Finished end) {
                MessageEvents.stop(message, end);
                message.set("usage", MessageEvents.usage(end));
                MessageEvents.applied(message, end);
            }
        });
        return message;
    }

    /// Blocks that are put together.
    private record Whole(ArrayNode content) implements MessageEvents.Sink {
        @Override
        public void begin(int index, ObjectNode block) {
            content.add(block);
        }

        @Override
        public void piece(int index, String kind, String field, String piece) {
            ObjectNode block = (ObjectNode) content.get(index);
            if (kind.equals("input_json_delta")) {
                block.set("input", JsonMapper.shared().readTree(piece));
            } else {
                block.put(field, block.path(field).stringValue() + piece);
            }
        }

        @Override
        public void end(int index) {}
    }

    /// Blocks that are sent as they come.
    private record Sent(EventStream events) implements MessageEvents.Sink {
        private static ObjectNode event(String type, int index) {
            return JsonNodeFactory.instance.objectNode().put("type", type).put("index", index);
        }

        @Override
        public void begin(int index, ObjectNode block) {
            ObjectNode event = event("content_block_start", index);
            event.set("content_block", block);
            events.event("content_block_start", event);
        }

        @Override
        public void piece(int index, String kind, String field, String piece) {
            ObjectNode event = event("content_block_delta", index);
            event.putObject("delta").put("type", kind).put(field, piece);
            events.event("content_block_delta", event);
        }

        @Override
        public void end(int index) {
            events.event("content_block_stop", event("content_block_stop", index));
        }
    }

    private static void stream(
            MessageRequest request, Models.Lease model, String id, EventStream events, Answers answers) {
        ObjectNode message = head(model, id).putNull("stop_reason").putNull("stop_sequence");
        message.set("usage", MessageEvents.usage(model.model().promptTokens(request.chat()), 0, 0));
        ObjectNode start = JsonNodeFactory.instance.objectNode().put("type", "message_start");
        start.set("message", message);
        events.event("message_start", start);
        MessageEvents blocks = new MessageEvents(new Sent(events), id);
        answers.forEach(event -> {
            blocks.add(event.event());
            if (event.event() instanceof ChatEvent.Finished end) {
                ObjectNode last = JsonNodeFactory.instance.objectNode().put("type", "message_delta");
                MessageEvents.stop(last.putObject("delta"), end);
                last.set("usage", MessageEvents.usage(end));
                MessageEvents.applied(last, end);
                events.event("message_delta", last);
            }
        });
        events.event("message_stop", JsonNodeFactory.instance.objectNode().put("type", "message_stop"));
    }
}

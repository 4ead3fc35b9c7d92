package ouverture.server.ollama;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent;
import ouverture.generate.TokenProbability;
import ouverture.server.answer.Answers;
import ouverture.server.answer.Answers.Start;
import ouverture.server.answer.Backend;
import ouverture.server.answer.LogProbs;
import ouverture.server.answer.ReasoningReport;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.EventStream;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import ouverture.server.model.ServedModel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/chat` and `/api/generate`.
final class Generating {
    private final Backend backend;

    Generating(Backend backend) {
        this.backend = backend;
    }

    List<Endpoint<?>> endpoints(Ollama api) {
        return List.of(
                Endpoint.post(
                        "/api/chat",
                        api,
                        Scope.INFERENCE,
                        "Answers a conversation.",
                        ChatFields.TYPE,
                        (request, call) -> chat(request, call, api)),
                Endpoint.post(
                        "/api/generate",
                        api,
                        Scope.INFERENCE,
                        "Answers a prompt, or continues it.",
                        GenerateFields.TYPE,
                        (request, call) -> generate(request, call, api)));
    }

    /// How the two endpoints call the parts of an answer.
    private enum Form {
        CHAT {
            @Override
            ObjectNode holder(ObjectNode object) {
                return object.withObject("message").put("role", "assistant");
            }

            @Override
            String text() {
                return "content";
            }
        },
        GENERATE {
            @Override
            ObjectNode holder(ObjectNode object) {
                return object;
            }

            @Override
            String text() {
                return "response";
            }
        };

        /// The object that has text, thoughts and calls.
        abstract ObjectNode holder(ObjectNode object);

        /// The field that has the text.
        abstract String text();
    }

    private void chat(ChatFields request, Call call, Ollama api) {
        CommonFields common = request.common();
        if (request.chat().isEmpty()) {
            load(common, Form.CHAT, call);
            return;
        }
        Ready ready = model(common, call);
        answer(
                common,
                Form.CHAT,
                ready,
                call,
                api,
                () -> ready.model().chat(request.chat().get()));
    }

    private void generate(GenerateFields request, Call call, Ollama api) {
        CommonFields common = request.common();
        if (request.asked().isEmpty()) {
            load(common, Form.GENERATE, call);
            return;
        }
        Ready ready = model(common, call);
        Start start = switch (request.asked().get()) {
            case GenerateFields.Asked.Chat(var chat) -> () -> ready.model().chat(chat);
            case GenerateFields.Asked.Raw(var raw) -> () -> ready.model().complete(raw);
        };
        answer(common, Form.GENERATE, ready, call, api, start);
    }

    /// A model that is there.
    ///
    /// @param start in nanoseconds, when it was asked for
    /// @param loadNanos that it took to come
    private record Ready(Models.Lease lease, long start, long loadNanos) {
        private ServedModel model() {
            return lease.model();
        }
    }

    private Ready model(CommonFields common, Call call) {
        long start = System.nanoTime();
        Models.Lease lease = backend.model(common.model(), call);
        common.options().check(lease.model().info().cachePositions());
        backend.models().keep(lease.name(), common.keepAlive().duration());
        return new Ready(lease, start, System.nanoTime() - start);
    }

    /// Without a prompt a model is loaded, or unloaded.
    private void load(CommonFields common, Form form, Call call) {
        boolean unload = common.keepAlive().unloads();
        if (unload) {
            String name = backend.status(common.model()).source().name();
            backend.models().keep(name, Duration.ZERO);
        } else {
            model(common, call);
        }
        ObjectNode object = head(common.model());
        form.holder(object).put(form.text(), "");
        call.json(object.put("done", true).put("done_reason", unload ? "unload" : "load"));
    }

    private static ObjectNode head(String model) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .put("created_at", Instant.now().toString());
    }

    private void answer(CommonFields common, Form form, Ready ready, Call call, Ollama api, Start start) {
        call.account().asks(form == Form.CHAT ? "chat" : "text_completion", ready.lease.name(), "", common.stream());
        try (Answers answers = new Answers(call, backend, ready.lease, 1, List.of(start))) {
            Lines lines = new Lines(form, ready);
            if (common.stream()) {
                EventStream events = call.stream(
                        EventStream.JSON_LINES, (stream, error) -> stream.line(api.error(error, call.id())));
                answers.forEach(event -> {
                    ObjectNode line = lines.line(event.event());
                    if (line != null) {
                        events.line(line);
                    }
                });
            } else {
                ObjectNode whole = JsonNodeFactory.instance.objectNode();
                answers.forEach(event -> merge(lines.line(event.event()), form, whole));
                call.json(whole);
            }
        }
    }

    /// Adds a line to what the lines before it say together.
    private static void merge(@Nullable ObjectNode line, Form form, ObjectNode whole) {
        if (line == null) {
            return;
        }
        ObjectNode holder = form.holder(whole);
        ObjectNode added = form.holder(line);
        String text =
                holder.path(form.text()).asString("") + added.path(form.text()).asString("");
        String thinking =
                holder.path("thinking").asString("") + added.path("thinking").asString("");
        ArrayNode calls = holder.path("tool_calls") instanceof ArrayNode known ? known : holder.arrayNode();
        added.path("tool_calls").forEach(calls::add);
        ArrayNode tokens = whole.path("logprobs") instanceof ArrayNode known ? known : whole.arrayNode();
        line.path("logprobs").forEach(tokens::add);
        for (String part : List.of(form.text(), "thinking", "tool_calls", "message", "logprobs")) {
            line.remove(part);
        }
        whole.setAll(line);
        holder.put(form.text(), text);
        if (!thinking.isEmpty()) {
            holder.put("thinking", thinking);
        }
        if (!calls.isEmpty()) {
            holder.set("tool_calls", calls);
        }
        if (!tokens.isEmpty()) {
            whole.set("logprobs", tokens);
        }
    }

    /// Writes events as Ollama's lines.
    private static final class Lines {
        private final Form form;
        private final Ready ready;
        private final LogProbs logProbs;

        private Lines(Form form, Ready ready) {
            this.form = form;
            this.ready = ready;
            logProbs = new LogProbs(ready.model().tokenizer());
        }

        /// A line, or null if an event has nothing to tell.
        private @Nullable ObjectNode line(ChatEvent event) {
            ObjectNode line = head(ready.lease.name());
            ObjectNode holder = form.holder(line).put(form.text(), "");
            switch (event) {
                case ChatEvent.Text(String text, List<TokenProbability> tokens) -> {
                    holder.put(form.text(), text);
                    if (!tokens.isEmpty()) {
                        logProbs.put(tokens, line.putArray("logprobs"));
                    } else if (text.isEmpty()) {
                        return null;
                    }
                }
                case ChatEvent.Thinking(String thought, var _) -> holder.put("thinking", thought);
                case ChatEvent.ToolCall call -> holder.putArray("tool_calls").add(call(call));
                case ChatEvent.Finished end -> {
                    return last(line, end);
                }
            }
            return line.put("done", false);
        }

        private static ObjectNode call(ChatEvent.ToolCall call) {
            ObjectNode node =
                    JsonNodeFactory.instance.objectNode().put("id", call.call().id());
            node.putObject("function")
                    .put("index", call.index())
                    .put("name", call.call().name())
                    .set("arguments", arguments(call));
            return node;
        }

        /// Arguments must be an object here: what the model wrote in its place becomes a field of one.
        private static JsonNode arguments(ChatEvent.ToolCall call) {
            String text = call.call().arguments();
            return call.isValid()
                    ? JsonMapper.shared().readTree(text)
                    : JsonNodeFactory.instance.objectNode().put("arguments", text);
        }

        private ObjectNode last(ObjectNode line, ChatEvent.Finished end) {
            line.put("done", true)
                    .put(
                            "done_reason",
                            switch (end.reason()) {
                                case LENGTH -> "length";
                                case STOP, TOOL_CALLS, CANCELLED -> "stop";
                            })
                    .put("total_duration", System.nanoTime() - ready.start)
                    .put("load_duration", ready.loadNanos)
                    .put("prompt_eval_count", end.usage().promptTokens())
                    .put("prompt_eval_duration", end.usage().prefill().toNanos())
                    .put("eval_count", end.usage().generatedTokens())
                    .put("eval_duration", end.usage().decode().toNanos());
            line.set(ReasoningReport.FIELD, ReasoningReport.json(end.reasoning()));
            return line;
        }
    }
}

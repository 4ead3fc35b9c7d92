package ouverture.server.anthropic;

import ouverture.ChatEvent;
import ouverture.ChatEvent.Finished;
import ouverture.server.answer.ReasoningReport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Turns an answer into content blocks: thoughts, texts and calls, each with a beginning, pieces and an end.
final class MessageEvents {
    /// Takes the blocks of an answer.
    interface Sink {
        /// A block begins.
        ///
        /// @param index of the block, from 0
        /// @param block as it is when it begins
        void begin(int index, ObjectNode block);

        /// A piece of the block that has begun.
        ///
        /// @param kind of the piece, as `text_delta`
        /// @param field that has it, which is also the one of the block that it belongs to
        void piece(int index, String kind, String field, String piece);

        /// The block is complete.
        void end(int index);
    }

    private enum Open {
        NOTHING,
        TEXT,
        THINKING
    }

    private final Sink sink;
    private final String id;
    private Open open = Open.NOTHING;
    private int next;

    /// @param id of the answer
    MessageEvents(Sink sink, String id) {
        this.sink = sink;
        this.id = id;
    }

    void add(ChatEvent event) {
        switch (event) {
            case ChatEvent.Text(String text, var _) -> {
                if (!text.isEmpty()) {
                    open(Open.TEXT, block("text").put("text", ""));
                    sink.piece(next, "text_delta", "text", text);
                }
            }
            case ChatEvent.Thinking(String thought, var _) -> {
                open(Open.THINKING, block("thinking").put("thinking", "").put("signature", ""));
                sink.piece(next, "thinking_delta", "thinking", thought);
            }
            case ChatEvent.ToolCall call -> {
                close();
                ObjectNode block = block("tool_use")
                        .put("id", call.call().id())
                        .put("name", call.call().name());
                block.putObject("input");
                sink.begin(next, block);
                sink.piece(next, "input_json_delta", "partial_json", input(call).toString());
                sink.end(next++);
            }
            case Finished _ -> close();
        }
    }

    private void open(Open wanted, ObjectNode block) {
        if (open != wanted) {
            close();
            open = wanted;
            sink.begin(next, block);
        }
    }

    private void close() {
        if (open == Open.THINKING) {
            // Clients send thoughts back only with a signature; nobody checks it.
            sink.piece(next, "signature_delta", "signature", id);
        }
        if (open != Open.NOTHING) {
            sink.end(next++);
            open = Open.NOTHING;
        }
    }

    private static ObjectNode block(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /// Arguments must be an object here: what the model wrote in its place becomes a field of one.
    static JsonNode input(ChatEvent.ToolCall call) {
        String arguments = call.call().arguments();
        if (call.isValid()) {
            try {
                return JsonMapper.shared().readTree(arguments);
            } catch (JacksonException e) {
                // As what is not valid.
            }
        }
        return JsonNodeFactory.instance.objectNode().put("arguments", arguments);
    }

    /// Adds why an answer ended.
    static ObjectNode stop(ObjectNode object, Finished end) {
        object.put(
                "stop_reason",
                switch (end.reason()) {
                    case STOP -> end.stop().isEmpty() ? "end_turn" : "stop_sequence";
                    case TOOL_CALLS -> "tool_use";
                    case LENGTH -> "max_tokens";
                    case CANCELLED -> "end_turn";
                });
        return end.stop().isEmpty() ? object.putNull("stop_sequence") : object.put("stop_sequence", end.stop());
    }

    /// What an answer took.
    static ObjectNode usage(Finished end) {
        ObjectNode usage = usage(
                end.usage().promptTokens() - end.usage().cachedTokens(),
                end.usage().cachedTokens(),
                end.usage().generatedTokens());
        usage.putObject("output_tokens_details")
                .put("thinking_tokens", end.usage().thoughtTokens());
        return usage;
    }

    /// @param input tokens of the prompt that were computed
    /// @param cached tokens of the prompt that the cache had
    static ObjectNode usage(int input, int cached, int output) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("input_tokens", input)
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", cached)
                .put("output_tokens", output)
                .put("service_tier", "standard");
    }

    /// Adds what became of the reasoning setting.
    static void applied(ObjectNode object, Finished end) {
        object.set(ReasoningReport.FIELD, ReasoningReport.json(end.reasoning()));
    }
}

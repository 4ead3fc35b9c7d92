package ouverture.server.anthropic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.server.field.Field;
import ouverture.server.field.FieldException;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import tools.jackson.databind.JsonNode;

/// The content of messages.
final class Blocks {
    private static final String NO_SERVER_TOOLS = "this server runs no tools itself";

    /// A part of a message.
    private sealed interface Block {
        record Text(String text) implements Block {}

        record Thinking(String text) implements Block {}

        record Use(Message.Call call) implements Block {}

        /// @param path where it stands in the request
        record Result(String id, String text, String path) implements Block {}
    }

    /// Some parts by one side.
    private record Turn(Role role, List<Block> blocks) {}

    private static final Field<String> EPHEMERAL =
            Field.required("type", JsonTypes.oneOf("ephemeral"), "the only kind that there is");
    private static final Field<Optional<String>> TTL =
            Field.optional("ttl", JsonTypes.oneOf("5m", "1h"), "not needed either");

    /// `cache_control`.
    static final Field<Optional<String>> CACHE_CONTROL = Field.optional(
            "cache_control",
            new ObjectType<>("a cache control", List.of(EPHEMERAL, TTL), values -> values.get(EPHEMERAL)),
            "not needed: the cache finds what prompts have in common by itself, and keeps what it has room for");

    private static final Field<String> TEXT = Field.required("text", JsonTypes.text(), "what it says");
    private static final ObjectType<Block> TEXT_BLOCK = new ObjectType<>(
            "a text block",
            List.of(TEXT, CACHE_CONTROL, Field.refused("citations", "there are no citations")),
            values -> new Block.Text(values.get(TEXT)));

    /// A text, or text blocks.
    private static final JsonType<String> PLAIN = JsonTypes.either(
            JsonTypes.text(),
            JsonTypes.list(
                            "text blocks",
                            new TaggedType<Block>("a text block", "type")
                                    .with("text", TEXT_BLOCK)
                                    .without("image", "this server reads no images")
                                    .without("document", "this server reads no documents; send their text")
                                    .without("search_result", "there are no citations; send its text"),
                            0,
                            Integer.MAX_VALUE)
                    .as(Blocks::joined));

    /// `system`.
    static final Field<Optional<String>> SYSTEM =
            Field.optional("system", PLAIN, "what holds for the whole conversation; blocks become lines of one text");

    private static final Field<String> TOOL_USE_ID =
            Field.required("tool_use_id", JsonTypes.name(), "the call that this answers");
    private static final Field<Optional<String>> RESULT =
            Field.optional("content", PLAIN, "what the tool gave back; blocks become lines of one text");
    private static final Field<Boolean> IS_ERROR =
            Field.of("is_error", JsonTypes.flag(), false, "puts `Error: ` before it");
    private static final ObjectType<Block> TOOL_RESULT = new ObjectType<>(
            "a tool result",
            List.of(
                    TOOL_USE_ID,
                    RESULT,
                    IS_ERROR,
                    CACHE_CONTROL,
                    Field.refused("toolset_name", "there are no toolsets")),
            values -> new Block.Result(
                    values.get(TOOL_USE_ID),
                    (values.get(IS_ERROR) ? "Error: " : "") + values.get(RESULT).orElse(""),
                    values.path(TOOL_USE_ID)));

    private static final Field<String> THOUGHT =
            Field.required("thinking", JsonTypes.text(), "what the model thought, as it came back");
    private static final Field<Optional<String>> SIGNATURE =
            Field.optional("signature", JsonTypes.text(), "as it came back; thoughts are taken without one too");
    private static final ObjectType<Block> THINKING = new ObjectType<>(
            "a thinking block", List.of(THOUGHT, SIGNATURE), values -> new Block.Thinking(values.get(THOUGHT)));

    private static final Field<String> CALL_ID =
            Field.required("id", JsonTypes.name(), "names the call; send it back as it came");
    private static final Field<String> CALL_NAME = Field.required("name", JsonTypes.name(), "the tool that was called");
    private static final Field<JsonNode> INPUT =
            Field.required("input", JsonTypes.object(), "the arguments, as they came back");
    private static final ObjectType<Block> TOOL_USE = new ObjectType<>(
            "a tool use",
            List.of(
                    CALL_ID,
                    CALL_NAME,
                    INPUT,
                    CACHE_CONTROL,
                    Field.refused("caller", "only the model calls tools"),
                    Field.refused("toolset_name", "there are no toolsets")),
            values -> new Block.Use(new Message.Call(
                    values.get(CALL_ID),
                    values.get(CALL_NAME),
                    values.get(INPUT).toString())));

    private static final Field<List<Block>> OF_USER = Field.required(
            "content",
            content(new TaggedType<Block>("a block of a user's message", "type")
                    .with("text", TEXT_BLOCK)
                    .with("tool_result", TOOL_RESULT)
                    .without("image", "this server reads no images")
                    .without("document", "this server reads no documents; send their text")
                    .without("search_result", "there are no citations; send its text")
                    .without("container_upload", NO_SERVER_TOOLS)),
            "what is said; text blocks that follow each other become lines of one text");
    private static final Field<List<Block>> OF_ASSISTANT = Field.required(
            "content",
            content(new TaggedType<Block>("a block of an assistant's message", "type")
                    .with("text", TEXT_BLOCK)
                    .with("thinking", THINKING)
                    .with("tool_use", TOOL_USE)
                    .without("redacted_thinking", "thoughts are never hidden here")
                    .without("server_tool_use", NO_SERVER_TOOLS)),
            "what the model said");

    private static final Field<String> OF_SYSTEM =
            Field.required("content", PLAIN, "what holds from here on; not every model's template allows it");

    private static final JsonType<Turn> MESSAGE = new TaggedType<Turn>("a message", "role")
            .with(
                    "user",
                    new ObjectType<>(
                            "a user message", List.of(OF_USER), values -> new Turn(Role.USER, values.get(OF_USER))))
            .with(
                    "system",
                    new ObjectType<>(
                            "a system message",
                            List.of(OF_SYSTEM),
                            values -> new Turn(Role.SYSTEM, List.of(new Block.Text(values.get(OF_SYSTEM))))))
            .with(
                    "assistant",
                    new ObjectType<>(
                            "an assistant message",
                            List.of(OF_ASSISTANT),
                            values -> new Turn(Role.ASSISTANT, values.get(OF_ASSISTANT))));

    /// `messages`.
    static final Field<List<Message>> MESSAGES = Field.required(
            "messages",
            JsonTypes.list("messages", MESSAGE, 1, Integer.MAX_VALUE).at(Blocks::conversation),
            "the conversation, oldest message first, the last one by the user; messages of one side that follow each"
                    + " other are one");

    private Blocks() {}

    private static JsonType<List<Block>> content(JsonType<Block> block) {
        return JsonTypes.either(
                JsonTypes.text().as(text -> List.<Block>of(new Block.Text(text))),
                JsonTypes.list("blocks", block, 1, Integer.MAX_VALUE));
    }

    private static String joined(List<Block> blocks) {
        List<String> texts = new ArrayList<>();
        for (Block block : blocks) {
            if (block instanceof Block.Text(String text)) {
                texts.add(text);
            }
        }
        return String.join("\n", texts);
    }

    private static List<Message> conversation(List<Turn> turns, String path) {
        if (turns.getLast().role == Role.ASSISTANT) {
            throw new FieldException(
                    path, "`" + path + "` must end with a user's message: answers cannot be begun for the model here.");
        }
        List<Message> messages = new ArrayList<>();
        Map<String, String> called = new HashMap<>();
        List<Block> pending = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            pending.addAll(turn.blocks);
            if (i + 1 < turns.size() && turns.get(i + 1).role == turn.role) {
                continue;
            }
            switch (turn.role) {
                case SYSTEM -> messages.add(Message.system(joined(pending)));
                case ASSISTANT -> messages.add(assistant(pending, called));
                case USER, TOOL -> addUser(pending, called, messages);
            }
            pending.clear();
        }
        return messages;
    }

    private static void addUser(List<Block> blocks, Map<String, String> called, List<Message> messages) {
        List<Block> texts = new ArrayList<>();
        for (Block block : blocks) {
            if (block instanceof Block.Result(String id, String text, String path)) {
                if (!called.containsKey(id)) {
                    throw new FieldException(path, "`" + path + "` names no tool use of a message before it.");
                }
                flush(texts, messages);
                messages.add(Message.tool(id, text));
            } else {
                texts.add(block);
            }
        }
        flush(texts, messages);
    }

    private static void flush(List<Block> texts, List<Message> messages) {
        if (!texts.isEmpty()) {
            messages.add(Message.user(joined(texts)));
            texts.clear();
        }
    }

    private static Message assistant(List<Block> blocks, Map<String, String> called) {
        List<Message.Call> calls = new ArrayList<>();
        List<String> thoughts = new ArrayList<>();
        for (Block block : blocks) {
            switch (block) {
                case Block.Use(Message.Call call) -> {
                    calls.add(call);
                    called.put(call.id(), call.name());
                }
                case Block.Thinking(String thought) -> thoughts.add(thought);
                case Block.Text _, Block.Result _ -> {}
            }
        }
        return Message.assistant(joined(blocks), String.join("\n", thoughts), calls);
    }
}

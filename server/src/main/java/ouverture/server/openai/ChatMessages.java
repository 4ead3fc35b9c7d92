package ouverture.server.openai;

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
import ouverture.server.field.Values;

/// The messages of a conversation.
final class ChatMessages {
    private static final String NO_NAMES = "chat templates know no names of participants";

    private static final Field<String> TEXT = Field.required("text", JsonTypes.text(), "what it says");
    private static final JsonType<String> PART = new TaggedType<String>("a part of a message", "type")
            .with("text", new ObjectType<>("a text part", List.of(TEXT), values -> values.get(TEXT)))
            .without("image_url", "this server reads no images")
            .without("input_audio", "this server hears no audio")
            .without("file", "this server reads no files; send their text")
            .without("refusal", "models here do not refuse in a form of their own");
    private static final JsonType<String> CONTENT = JsonTypes.either(
            JsonTypes.text(),
            JsonTypes.list("text parts", PART, 1, Integer.MAX_VALUE).as(parts -> String.join("\n", parts)));
    private static final Field<String> REQUIRED_CONTENT =
            Field.required("content", CONTENT, "what is said; several parts become lines of one text");
    private static final Field<Boolean> NO_NAME = Field.refused("name", NO_NAMES);

    private static final Field<String> FUNCTION_NAME =
            Field.required("name", JsonTypes.name(), "the tool that was called");
    private static final Field<String> ARGUMENTS =
            Field.required("arguments", JsonTypes.text(), "JSON, as the model wrote it");
    private static final Field<Message.Call> CALLED = Field.required(
            "function",
            new ObjectType<>(
                    "a called function",
                    List.of(FUNCTION_NAME, ARGUMENTS),
                    values -> new Message.Call("", values.get(FUNCTION_NAME), values.get(ARGUMENTS))),
            "what was called");
    private static final Field<String> CALL_ID =
            Field.required("id", JsonTypes.name(), "names the call; send it back as it came");
    private static final JsonType<Message.Call> CALL = new TaggedType<Message.Call>("a tool call", "type")
            .with(
                    "function",
                    new ObjectType<>(
                            "a function call",
                            List.of(CALL_ID, CALLED),
                            values -> new Message.Call(
                                    values.get(CALL_ID),
                                    values.get(CALLED).name(),
                                    values.get(CALLED).arguments())))
            .without("custom", "tools have JSON arguments here");

    private static final Field<Optional<String>> CONTENT_OF_ASSISTANT =
            Field.optional("content", CONTENT, "what the model said");
    private static final Field<Optional<String>> REASONING =
            Field.optional("reasoning", JsonTypes.text(), "what the model thought, as it came back");
    private static final Field<Optional<String>> REASONING_CONTENT =
            Field.optional("reasoning_content", JsonTypes.text(), "the same under its other name");
    private static final Field<List<Message.Call>> TOOL_CALLS = Field.list(
            "tool_calls",
            JsonTypes.list("tool calls", CALL, 0, Integer.MAX_VALUE),
            "the tools that the model asked for");

    private static final Field<String> TOOL_CALL_ID =
            Field.required("tool_call_id", JsonTypes.name(), "the call that this answers");
    private static final Field<Optional<String>> TOOL_NAME =
            Field.optional("name", JsonTypes.name(), "the tool that was called: must be the one of the call");

    /// A message with what is checked when all are known.
    ///
    /// @param toolName of a tool's message: the tool that the client names
    private record Read(Message message, String path, Optional<String> toolName) {}

    private static final JsonType<Read> MESSAGE = new TaggedType<Read>("a message", "role")
            .with("system", plain("a system message", Role.SYSTEM))
            .with("developer", plain("a developer message", Role.SYSTEM))
            .with("user", plain("a user message", Role.USER))
            .with("assistant", assistant())
            .with("tool", tool())
            .without("function", "functions are tools now; send its result as a message of role `tool`");

    /// `messages`.
    static final Field<List<Message>> FIELD = Field.required(
            "messages",
            JsonTypes.list("messages", MESSAGE, 1, Integer.MAX_VALUE).at((read, _) -> conversation(read)),
            "the conversation, oldest message first");

    private ChatMessages() {}

    private static ObjectType<Read> plain(String words, Role role) {
        return new ObjectType<>(
                words,
                List.of(REQUIRED_CONTENT, NO_NAME),
                values -> new Read(new Message(role, values.get(REQUIRED_CONTENT)), values.path(), Optional.empty()));
    }

    private static ObjectType<Read> assistant() {
        return new ObjectType<>(
                "an assistant message",
                List.of(
                        CONTENT_OF_ASSISTANT,
                        REASONING,
                        REASONING_CONTENT,
                        TOOL_CALLS,
                        NO_NAME,
                        Field.refused("refusal", "models here do not refuse in a form of their own"),
                        Field.refused("audio", "there is no audio output"),
                        Field.refused("function_call", "functions are tools now; use `tool_calls`"),
                        Field.only("annotations", "answers have no annotations", "[]")),
                ChatMessages::assistant);
    }

    private static Read assistant(Values values) {
        Optional<String> reasoning = values.get(REASONING);
        Optional<String> other = values.get(REASONING_CONTENT);
        if (reasoning.isPresent() && other.isPresent() && !reasoning.equals(other)) {
            throw values.refuse(REASONING_CONTENT, "differs from `reasoning`; give one of them.");
        }
        return new Read(
                Message.assistant(
                        values.get(CONTENT_OF_ASSISTANT).orElse(""),
                        reasoning.or(() -> other).orElse(""),
                        values.get(TOOL_CALLS)),
                values.path(),
                Optional.empty());
    }

    private static ObjectType<Read> tool() {
        return new ObjectType<>(
                "a tool message",
                List.of(REQUIRED_CONTENT, TOOL_CALL_ID, TOOL_NAME),
                values -> new Read(
                        Message.tool(values.get(TOOL_CALL_ID), values.get(REQUIRED_CONTENT)),
                        values.path(),
                        values.get(TOOL_NAME)));
    }

    /// Results must belong to calls before them.
    private static List<Message> conversation(List<Read> read) {
        List<Message> messages = new ArrayList<>();
        Map<String, String> called = new HashMap<>();
        for (Read each : read) {
            Message message = each.message;
            message.calls().forEach(call -> called.put(call.id(), call.name()));
            if (message.role() == Role.TOOL) {
                String name = called.get(message.callId());
                String path = each.path + "." + TOOL_CALL_ID.name();
                if (name == null) {
                    throw new FieldException(path, "`" + path + "` names no tool call of a message before it.");
                }
                if (!each.toolName.orElse(name).equals(name)) {
                    String own = each.path + "." + TOOL_NAME.name();
                    throw new FieldException(own, "`" + own + "` is not the tool of that call, which is " + name + ".");
                }
            }
            messages.add(message);
        }
        return messages;
    }
}

package ouverture.server.ollama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.Tool;
import ouverture.server.field.Field;
import ouverture.server.field.FieldException;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;

/// What a client asks of `/api/chat`.
///
/// @param chat empty where the model is only to be loaded or unloaded
record ChatFields(CommonFields common, Optional<ChatRequest> chat) {
    private static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

    private static final Field<String> CONTENT = Field.of("content", JsonTypes.text(), "", "\"\"", "what is said");
    private static final Field<Boolean> IMAGES = Field.only("images", "this server reads no images", "[]");

    private static final Field<String> CALLED = Field.required("name", JsonTypes.name(), "the tool that was called");
    private static final Field<JsonNode> ARGUMENTS =
            Field.required("arguments", JsonTypes.object(), "as they came back");
    private static final Field<Optional<Integer>> INDEX =
            Field.optional("index", JsonTypes.integer(0, Integer.MAX_VALUE), "not needed: calls come in their order");
    private static final Field<Message.Call> FUNCTION = Field.required(
            "function",
            new ObjectType<>(
                    "a called function",
                    List.of(CALLED, ARGUMENTS, INDEX),
                    values -> new Message.Call(
                            "", values.get(CALLED), values.get(ARGUMENTS).toString())),
            "what was called");
    private static final Field<Optional<String>> ID =
            Field.optional("id", JsonTypes.name(), "names the call, as it came back");
    private static final Field<Optional<String>> CALL_TYPE =
            Field.optional("type", JsonTypes.oneOf("function"), "the only kind that there is");
    private static final JsonType<Message.Call> CALL = new ObjectType<>(
            "a tool call",
            List.of(ID, CALL_TYPE, FUNCTION),
            values -> new Message.Call(
                    values.get(ID).orElse(""),
                    values.get(FUNCTION).name(),
                    values.get(FUNCTION).arguments()));

    private static final Field<Optional<String>> THINKING =
            Field.optional("thinking", JsonTypes.text(), "what the model thought, as it came back");
    private static final Field<List<Message.Call>> TOOL_CALLS = Field.list(
            "tool_calls",
            JsonTypes.list("tool calls", CALL, 0, Integer.MAX_VALUE),
            "the tools that the model asked for");
    private static final Field<Optional<String>> TOOL_NAME =
            Field.optional("tool_name", JsonTypes.name(), "the tool whose result this is");
    private static final Field<Optional<String>> TOOL_CALL_ID = Field.optional(
            "tool_call_id",
            JsonTypes.name(),
            "the call that this answers; without it, the first one of this tool that has no answer yet");

    /// A message with what is checked when all are known.
    private record Read(Message message, String path, Optional<String> toolName) {}

    private static final JsonType<Read> MESSAGE = new TaggedType<Read>("a message", "role")
            .with("system", plain("a system message", Role.SYSTEM))
            .with("user", plain("a user message", Role.USER))
            .with(
                    "assistant",
                    new ObjectType<>(
                            "an assistant message",
                            List.of(CONTENT, THINKING, TOOL_CALLS, IMAGES),
                            values -> new Read(
                                    Message.assistant(
                                            values.get(CONTENT),
                                            values.get(THINKING).orElse(""),
                                            values.get(TOOL_CALLS)),
                                    values.path(),
                                    Optional.empty())))
            .with(
                    "tool",
                    new ObjectType<>(
                            "a tool message",
                            List.of(CONTENT, TOOL_NAME, TOOL_CALL_ID, IMAGES),
                            values -> new Read(
                                    Message.tool(values.get(TOOL_CALL_ID).orElse(""), values.get(CONTENT)),
                                    values.path(),
                                    values.get(TOOL_NAME))));

    private static final Field<List<Message>> MESSAGES = Field.list(
            "messages",
            JsonTypes.list("messages", MESSAGE, 0, Integer.MAX_VALUE).as(ChatFields::conversation),
            "the conversation, oldest message first; without any the model is only loaded, or unloaded if `keep_alive`"
                    + " is 0");

    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<Optional<JsonNode>> PARAMETERS =
            Field.optional("parameters", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Tool> DECLARED = Field.required(
            "function",
            new ObjectType<>(
                    "a function",
                    List.of(NAME, DESCRIPTION, PARAMETERS),
                    values -> new Tool(
                            values.get(NAME),
                            values.get(DESCRIPTION).orElse(""),
                            values.get(PARAMETERS).map(JsonNode::toString).orElse(NO_PARAMETERS))),
            "what the model may call");
    private static final Field<List<Tool>> TOOLS = Field.list(
            "tools",
            JsonTypes.list(
                    "tools",
                    new TaggedType<Tool>("a tool", "type")
                            .with(
                                    "function",
                                    new ObjectType<>("a tool", List.of(DECLARED), each -> each.get(DECLARED))),
                    0,
                    Integer.MAX_VALUE),
            "what the model may ask the client to run");

    /// How it is read.
    static final ObjectType<ChatFields> TYPE = new ObjectType<>("a chat request", fields(), ChatFields::of);

    private static List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>(List.of(CommonFields.MODEL, MESSAGES, TOOLS));
        fields.addAll(CommonFields.ALL);
        return fields;
    }

    private static ObjectType<Read> plain(String words, Role role) {
        return new ObjectType<>(
                words,
                List.of(CONTENT, IMAGES),
                values -> new Read(new Message(role, values.get(CONTENT)), values.path(), Optional.empty()));
    }

    /// Calls and results often have no ids here; they get some that fit together.
    private static List<Message> conversation(List<Read> read) {
        List<Message> messages = new ArrayList<>();
        Map<String, String> open = new LinkedHashMap<>();
        int calls = 0;
        for (Read each : read) {
            Message message = each.message;
            if (message.role() == Role.TOOL) {
                String id = answered(each, open);
                open.remove(id);
                messages.add(Message.tool(id, message.content()));
            } else if (message.calls().isEmpty()) {
                messages.add(message);
            } else {
                List<Message.Call> named = new ArrayList<>();
                for (Message.Call call : message.calls()) {
                    String id = call.id().isEmpty() ? "call_" + calls : call.id();
                    calls++;
                    open.put(id, call.name());
                    named.add(new Message.Call(id, call.name(), call.arguments()));
                }
                messages.add(Message.assistant(message.content(), message.reasoning(), named));
            }
        }
        return messages;
    }

    /// The call that a result belongs to.
    private static String answered(Read result, Map<String, String> open) {
        String id = result.message.callId();
        return open.entrySet().stream()
                .filter(call -> id.isEmpty() || id.equals(call.getKey()))
                .filter(call -> result.toolName.orElse(call.getValue()).equals(call.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new FieldException(
                        result.path,
                        "`" + result.path + "` is the result of no tool call of a message before it that has no result"
                                + " yet."));
    }

    private static ChatFields of(Values values) {
        CommonFields common = CommonFields.of(values);
        List<Message> messages = values.get(MESSAGES);
        if (messages.isEmpty()) {
            return new ChatFields(common, Optional.empty());
        }
        return new ChatFields(
                common,
                Optional.of(common.held(new ChatRequest(
                        messages,
                        common.sampling(),
                        common.options().maxTokens(),
                        common.options().stop(),
                        values.get(TOOLS),
                        common.reasoning(),
                        Map.of()))));
    }
}

package ouverture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.Message.Call;
import ouverture.Message.Role;
import ouverture.text.Tokenizer;
import ouverture.text.output.CallIds;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.OutputFormat.Traits;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Messages and tools as chat templates want them: under the names that Hugging Face's templates read, with all
/// text from outside guarded against being read as control tokens.
final class PromptMessages {
    private static final String INSTRUCTIONS = "You can call the functions below. To call one, answer with nothing but"
            + " the following, with its name for NAME and a JSON object for ARGUMENTS; you then get its result.\n\n";

    /// How a template gets the arguments of earlier calls.
    enum Arguments {
        /// JSON objects as values; what is none as text.
        VALUES,
        /// The JSON as text.
        TEXT,
        /// As values; what is no object, as a model may have written it, as an object with that text in it.
        OBJECTS
    }

    private final Tokenizer tokenizer;
    private final boolean readsTools;
    private final boolean readsCalls;
    private final String exampleCall;
    private final boolean nineLetterIds;
    private final boolean thoughtBlocks;
    private final boolean oneOfThoughtAndContent;

    PromptMessages(Tokenizer tokenizer, Traits traits, OutputFormat format) {
        this.tokenizer = tokenizer;
        readsTools = traits.reads("tools");
        readsCalls = traits.reads("tool_calls");
        exampleCall = format.calls().example();
        nineLetterIds = traits.mentions("length != 9") || traits.mentions("length!=9");
        thoughtBlocks = traits.mentions("block['thinking']");
        oneOfThoughtAndContent = format.isHarmony();
    }

    /// The variables `messages` and `tools`.
    ///
    /// @param form of the arguments of calls
    Map<String, @Nullable Object> variables(ChatRequest request, Arguments form) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        request.templateVariables().forEach((name, value) -> variables.put(name, guarded(value)));
        List<Message> messages = readsCalls ? request.messages() : inPlainWords(request.messages());
        Map<String, String> toolNames = new HashMap<>();
        List<Map<String, Object>> rendered = new ArrayList<>();
        for (Message message : messages) {
            message.calls().forEach(call -> toolNames.put(call.id(), call.name()));
            rendered.add(message(message, toolNames, form));
        }
        if (!readsTools && !request.tools().isEmpty()) {
            declare(request.tools(), rendered);
        }
        variables.put("messages", rendered);
        variables.put(
                "tools",
                request.tools().isEmpty()
                        ? null
                        : request.tools().stream().map(this::tool).toList());
        return variables;
    }

    private Map<String, Object> message(Message message, Map<String, String> toolNames, Arguments form) {
        Map<String, Object> map = new HashMap<>();
        map.put("role", message.role().name().toLowerCase(Locale.ROOT));
        map.put("content", guard(message.content()));
        if (!message.reasoning().isEmpty()) {
            reasoning(message, map);
        }
        if (!message.calls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.calls().stream()
                            .map(call -> Map.of(
                                    "id",
                                    id(call.id()),
                                    "type",
                                    "function",
                                    "function",
                                    Map.of("name", guard(call.name()), "arguments", arguments(call, form))))
                            .toList());
        }
        if (message.role() == Role.TOOL) {
            map.put("tool_call_id", id(message.callId()));
            String name = toolNames.get(message.callId());
            if (name != null) {
                map.put("name", guard(name));
            }
        }
        return map;
    }

    /// Families read thoughts under different names.
    private void reasoning(Message message, Map<String, Object> map) {
        String thought = guard(message.reasoning());
        map.put("reasoning_content", thought);
        map.put("reasoning", thought);
        map.put("thinking", thought);
        if (thoughtBlocks) {
            List<Object> blocks = new ArrayList<>(List.of(Map.of("type", "thinking", "thinking", thought)));
            if (!message.content().isEmpty()) {
                blocks.add(Map.of("type", "text", "text", guard(message.content())));
            }
            map.put("content", blocks);
        }
        if (oneOfThoughtAndContent && !message.calls().isEmpty()) {
            // gpt-oss's template refuses both beside a call and keeps the thought.
            map.put("content", "");
        }
    }

    private Object arguments(Call call, Arguments form) {
        String text = guard(call.arguments());
        if (form == Arguments.TEXT) {
            return text;
        }
        try {
            Object value = guarded(JsonMapper.shared().readTree(call.arguments()));
            if (value instanceof Map) {
                return value;
            }
        } catch (JacksonException e) {
            // No JSON at all: as other values that are no objects.
        }
        return form == Arguments.OBJECTS ? Map.of("arguments", text) : text;
    }

    private Object tool(Tool tool) {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", guard(tool.name()));
        function.put("description", guard(tool.description()));
        function.put("parameters", guarded(JsonMapper.shared().readTree(tool.parameters())));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "function");
        map.put("function", function);
        return map;
    }

    private String id(String id) {
        return guard(nineLetterIds && !id.matches("[0-9A-Za-z]{9}") ? CallIds.of(id) : id);
    }

    private String guard(String text) {
        return tokenizer.guard(text);
    }

    private @Nullable Object guarded(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> guard(text);
            case List<?> list -> {
                List<@Nullable Object> guarded = new ArrayList<>();
                list.forEach(each -> guarded.add(guarded(each)));
                yield guarded;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> guarded = new LinkedHashMap<>();
                map.forEach((key, each) -> guarded.put(guard(String.valueOf(key)), guarded(each)));
                yield guarded;
            }
            case JsonNode node -> guarded(JsonMapper.shared().treeToValue(node, Object.class));
            case Integer number -> number.longValue();
            case java.math.BigInteger number -> number.doubleValue();
            default -> value;
        };
    }

    /// Declares tools in words: before the first question, or in the system message of a family that knows calls
    /// and has no other place for them (DeepSeek's model cards do it so).
    private void declare(List<Tool> tools, List<Map<String, Object>> messages) {
        StringBuilder text = new StringBuilder(INSTRUCTIONS).append(exampleCall).append("\n\n");
        for (Tool tool : tools) {
            ObjectNode function = JsonMapper.shared().createObjectNode();
            function.put("name", tool.name()).put("description", tool.description());
            function.set("parameters", JsonMapper.shared().readTree(tool.parameters()));
            text.append(guard(function.toString())).append('\n');
        }
        String role = readsCalls ? "system" : "user";
        Optional<Map<String, Object>> first = messages.stream()
                .filter(message -> role.equals(message.get("role")))
                .findFirst();
        if (first.isPresent()) {
            first.get().merge("content", text + "\n", (content, declarations) -> declarations + "" + content);
        } else {
            messages.addFirst(new HashMap<>(Map.of("role", role, "content", text.toString())));
        }
    }

    /// The conversation for a template that knows no calls: calls and results are ordinary messages.
    private List<Message> inPlainWords(List<Message> conversation) {
        List<Message> messages = new ArrayList<>();
        for (Message message : conversation) {
            if (message.role() == Role.TOOL) {
                addResult(message, messages);
            } else if (message.calls().isEmpty()) {
                messages.add(message);
            } else {
                StringBuilder content = new StringBuilder(message.content());
                for (Call call : message.calls()) {
                    content.append(content.isEmpty() ? "" : "\n")
                            .append(exampleCall.replace("NAME", call.name()).replace("ARGUMENTS", call.arguments()));
                }
                messages.add(Message.assistant(content.toString(), message.reasoning(), List.of()));
            }
        }
        return messages;
    }

    /// Results of calls made together are one message, because these templates let the roles alternate.
    private static void addResult(Message result, List<Message> messages) {
        String text = "Result: " + result.content();
        if (!messages.isEmpty() && messages.getLast().role() == Role.USER) {
            messages.add(Message.user(messages.removeLast().content() + "\n" + text));
        } else {
            messages.add(Message.user(text));
        }
    }
}

package ouverture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.Message.Call;
import ouverture.Message.Role;
import ouverture.text.Tokenizer;
import ouverture.text.output.CallIds;
import ouverture.text.output.OutputFormat.Traits;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Messages and tools as chat templates want them: under the names that Hugging Face's templates read, with all
/// text from outside guarded against being read as control tokens.
final class PromptMessages {
    private static final String INSTRUCTIONS =
            """
            You can call these functions. To call one, answer with nothing but a JSON object of the form \
            {"name": its name, "parameters": its arguments}; you then get its result.

            """;

    private final Tokenizer tokenizer;
    private final boolean readsTools;
    private final boolean nineLetterIds;
    private final boolean thoughtBlocks;
    private final boolean oneOfThoughtAndContent;

    PromptMessages(Tokenizer tokenizer, Traits traits, boolean harmony) {
        this.tokenizer = tokenizer;
        readsTools = traits.reads("tools");
        nineLetterIds = traits.mentions("length != 9") || traits.mentions("length!=9");
        thoughtBlocks = traits.mentions("block['thinking']");
        oneOfThoughtAndContent = harmony;
    }

    /// The variables `messages` and `tools`.
    ///
    /// @param textArguments whether the arguments of calls are JSON text; if not, they are values
    Map<String, @Nullable Object> variables(ChatRequest request, boolean textArguments) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        request.templateVariables().forEach((name, value) -> variables.put(name, guarded(value)));
        List<Message> messages = readsTools ? request.messages() : inPlainWords(request);
        Map<String, String> toolNames = new HashMap<>();
        List<Object> rendered = new ArrayList<>();
        for (Message message : messages) {
            message.calls().forEach(call -> toolNames.put(call.id(), call.name()));
            rendered.add(message(message, toolNames, textArguments));
        }
        variables.put("messages", rendered);
        variables.put(
                "tools",
                request.tools().isEmpty()
                        ? null
                        : request.tools().stream().map(this::tool).toList());
        return variables;
    }

    private Map<String, Object> message(Message message, Map<String, String> toolNames, boolean textArguments) {
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
                                    Map.of("name", guard(call.name()), "arguments", arguments(call, textArguments))))
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

    private Object arguments(Call call, boolean asText) {
        if (asText) {
            return guard(call.arguments());
        }
        try {
            Object value = guarded(JsonMapper.shared().readTree(call.arguments()));
            return value instanceof Map ? value : guard(call.arguments());
        } catch (JacksonException e) {
            return guard(call.arguments());
        }
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

    /// The conversation for a template that knows no tools: their declarations stand before the first question,
    /// calls and results are ordinary messages.
    private static List<Message> inPlainWords(ChatRequest request) {
        List<Message> messages = new ArrayList<>();
        StringBuilder declarations = new StringBuilder();
        if (!request.tools().isEmpty()) {
            declarations.append(INSTRUCTIONS);
            for (Tool tool : request.tools()) {
                ObjectNode function = JsonMapper.shared().createObjectNode();
                function.put("name", tool.name()).put("description", tool.description());
                function.set("parameters", JsonMapper.shared().readTree(tool.parameters()));
                declarations.append(function).append('\n');
            }
            declarations.append('\n');
        }
        for (Message message : request.messages()) {
            if (message.role() == Role.USER && !declarations.isEmpty()) {
                messages.add(Message.user(declarations + message.content()));
                declarations.setLength(0);
            } else if (message.role() == Role.TOOL) {
                addResult(message, messages);
            } else if (!message.calls().isEmpty()) {
                StringBuilder content = new StringBuilder(message.content());
                for (Call call : message.calls()) {
                    content.append(content.isEmpty() ? "" : "\n")
                            .append("{\"name\": \"")
                            .append(call.name())
                            .append("\", \"parameters\": ")
                            .append(call.arguments())
                            .append('}');
                }
                messages.add(Message.assistant(content.toString(), message.reasoning(), List.of()));
            } else {
                messages.add(message);
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

package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// Conversations and messages as plain JSON values: maps, lists, strings, numbers and truth values.
///
/// A message is `{"role", "text", "name", "channel", "recipient", "content_type"}`, or has `system` or
/// `developer` settings in place of its text.
public final class HarmonyJson {
    private static final Set<String> SYSTEM = Set.of(
            "model_identity",
            "knowledge_cutoff",
            "conversation_start_date",
            "reasoning_effort",
            "builtin_tools",
            "valid_channels",
            "channel_required");
    private static final Set<String> DEVELOPER = Set.of("instructions", "functions");
    private static final Set<String> FUNCTION = Set.of("name", "description", "parameters");
    private static final List<String> CONTENT = List.of("text", "system", "developer");

    private HarmonyJson() {}

    /// Reads `{"conversation": {"messages": […]}, "next_role", "auto_drop_analysis", "training"}`; other keys are
    /// ignored, and all but the messages may be missing. `auto_drop_analysis` is true unless it is said.
    ///
    /// @throws RequestException naming the message and the key that is wrong
    public static HarmonyConversation conversation(Map<?, ?> object) {
        Object messages = object.get("conversation") instanceof Map<?, ?> inner ? inner.get("messages") : null;
        if (!(messages instanceof List<?> list)) {
            throw new RequestException("There is no \"conversation\" with a list of \"messages\".");
        }
        List<HarmonyMessage> read = new ArrayList<>();
        for (Object message : list) {
            read.add(message(message, "Message " + (read.size() + 1)));
        }
        return new HarmonyConversation(
                read,
                role(object.get("next_role"), "\"next_role\""),
                flag(object, "auto_drop_analysis", true, "The object"),
                flag(object, "training", false, "The object"));
    }

    /// A parsed message, without the keys that it has no value for.
    public static Map<String, Object> object(HarmonyMessage message) {
        HarmonyHeader header = message.header();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("role", header.role().word());
        if (message.content() instanceof HarmonyContent.Text text) {
            object.put("text", text.text());
        }
        putUnlessNull(object, "name", header.name());
        putUnlessNull(object, "channel", header.channel());
        putUnlessNull(object, "recipient", header.recipient());
        putUnlessNull(object, "content_type", header.contentType());
        return object;
    }

    private static void putUnlessNull(Map<String, Object> object, String key, @Nullable String value) {
        if (value != null) {
            object.put(key, value);
        }
    }

    /// @param value a role's word, or null for none
    /// @param where for messages
    /// @throws RequestException if it is something else
    public static @Nullable HarmonyRole role(@Nullable Object value, String where) {
        if (value == null) {
            return null;
        }
        return HarmonyRole.of(value instanceof String word ? word : "")
                .orElseThrow(() -> new RequestException(
                        where + " is no role; it must be system, developer, user, assistant or tool."));
    }

    private static HarmonyMessage message(@Nullable Object value, String where) {
        Map<?, ?> object = map(value, where);
        HarmonyRole role = role(object.get("role"), "The \"role\" of " + lower(where));
        if (role == null) {
            throw new RequestException(where + " has no \"role\".");
        }
        List<String> contents =
                CONTENT.stream().filter(key -> object.get(key) != null).toList();
        if (contents.size() != 1) {
            throw new RequestException(where + " needs one of \"text\", \"system\" and \"developer\".");
        }
        HarmonyContent content = switch (contents.getFirst()) {
            case "system" -> system(map(object.get("system"), "\"system\" of " + lower(where)), where);
            case "developer" -> developer(map(object.get("developer"), "\"developer\" of " + lower(where)), where);
            default -> new HarmonyContent.Text(text(object, "text", where));
        };
        return new HarmonyMessage(
                new HarmonyHeader(
                        role,
                        optional(object, "name", null, where),
                        optional(object, "channel", null, where),
                        optional(object, "recipient", null, where),
                        optional(object, "content_type", null, where)),
                content);
    }

    private static HarmonyContent system(Map<?, ?> object, String where) {
        HarmonyContent.SystemSettings usual = HarmonyContent.SystemSettings.DEFAULT;
        known(object, SYSTEM, "\"system\" of " + lower(where));
        List<ToolNamespace> tools = new ArrayList<>();
        for (String name : strings(object, "builtin_tools", List.of(), where)) {
            tools.add(ToolNamespace.builtIn(name)
                    .orElseThrow(() -> new RequestException(
                            where + " has an unknown built-in tool; there are browser and python.")));
        }
        return new HarmonyContent.SystemSettings(
                optional(object, "model_identity", usual.modelIdentity(), where),
                optional(object, "knowledge_cutoff", usual.knowledgeCutoff(), where),
                optional(object, "conversation_start_date", null, where),
                optional(object, "reasoning_effort", usual.reasoningEffort(), where),
                tools,
                strings(object, "valid_channels", usual.validChannels(), where),
                flag(object, "channel_required", usual.channelRequired(), where));
    }

    private static HarmonyContent developer(Map<?, ?> object, String where) {
        known(object, DEVELOPER, "\"developer\" of " + lower(where));
        List<ToolFunction> functions = new ArrayList<>();
        for (Object value : list(object, "functions", List.of(), where)) {
            String which = "Function " + (functions.size() + 1) + " of " + lower(where);
            Map<?, ?> function = map(value, which);
            known(function, FUNCTION, which);
            String description = optional(function, "description", "", which);
            Object parameters = function.get("parameters");
            functions.add(new ToolFunction(
                    text(function, "name", which),
                    description == null ? "" : description,
                    parameters == null ? null : schema(map(parameters, "\"parameters\" of " + lower(which)))));
        }
        return new HarmonyContent.DeveloperSettings(optional(object, "instructions", null, where), functions);
    }

    private static Map<String, Object> schema(Map<?, ?> object) {
        Map<String, Object> schema = new LinkedHashMap<>();
        object.forEach((key, value) -> schema.put(String.valueOf(key), value));
        return schema;
    }

    private static Map<?, ?> map(@Nullable Object value, String where) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new RequestException(where + " is no object.");
    }

    private static String text(Map<?, ?> object, String key, String where) {
        String text = optional(object, key, null, where);
        if (text == null) {
            throw new RequestException(where + " has no \"" + key + "\".");
        }
        return text;
    }

    /// @param otherwise what a missing key means; a key that is null means null
    private static @Nullable String optional(Map<?, ?> object, String key, @Nullable String otherwise, String where) {
        return switch (object.get(key)) {
            case null -> object.containsKey(key) ? null : otherwise;
            case String text -> text;
            default -> throw new RequestException(where + " has a \"" + key + "\" that is no string.");
        };
    }

    private static boolean flag(Map<?, ?> object, String key, boolean otherwise, String where) {
        return switch (object.get(key)) {
            case null -> otherwise;
            case Boolean flag -> flag;
            default -> throw new RequestException(where + " has a \"" + key + "\" that is neither true nor false.");
        };
    }

    private static List<?> list(Map<?, ?> object, String key, List<?> otherwise, String where) {
        return switch (object.get(key)) {
            case null -> object.containsKey(key) ? List.of() : otherwise;
            case List<?> list -> list;
            default -> throw new RequestException(where + " has a \"" + key + "\" that is no list.");
        };
    }

    private static List<String> strings(Map<?, ?> object, String key, List<String> otherwise, String where) {
        List<String> strings = new ArrayList<>();
        for (Object value : list(object, key, otherwise, where)) {
            if (!(value instanceof String text)) {
                throw new RequestException(where + " has a \"" + key + "\" that is no list of strings.");
            }
            strings.add(text);
        }
        return strings;
    }

    /// A misspelt setting would otherwise be lost in silence.
    private static void known(Map<?, ?> object, Set<String> keys, String where) {
        for (Object key : object.keySet()) {
            if (!keys.contains(String.valueOf(key))) {
                throw new RequestException(where + " has an unknown key \"" + key + "\"; there are "
                        + keys.stream().sorted().collect(Collectors.joining(", ")) + ".");
            }
        }
    }

    private static String lower(String where) {
        return Character.toLowerCase(where.charAt(0)) + where.substring(1);
    }
}

package ouverture.text.output;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.text.output.CallReader.Call;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// JSON as models write it: line ends in strings and commas too many are forgiven.
final class CallJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS, JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String NO_ARGUMENTS = "{}";
    private static final Pattern NAME = Pattern.compile("\"name\"\\s{0,9}:\\s{0,9}\"([^\"\\\\]{1,256})\"");
    private static final Pattern ARGUMENTS = Pattern.compile("\"(?:arguments|parameters)\"\\s{0,9}:\\s{0,9}");

    private CallJson() {}

    /// A call whose name is known and whose arguments stand in a text.
    static Call call(String id, String name, String arguments) {
        if (arguments.isBlank()) {
            return new Call(id, name, NO_ARGUMENTS, true);
        }
        return parse(arguments)
                .filter(JsonNode::isObject)
                .map(node -> new Call(id, name, node.toString(), true))
                .orElseGet(() -> new Call(id, name, arguments.strip(), false));
    }

    /// A call as an object with `name` and `arguments` (or `parameters`), perhaps inside `function`.
    static Optional<Call> call(JsonNode object) {
        JsonNode function = object.path("function").isObject() ? object.path("function") : object;
        JsonNode name = function.path("function").isString() ? function.path("function") : function.path("name");
        if (!name.isString() || name.stringValue().isBlank()) {
            return Optional.empty();
        }
        String id = object.path("id").asString("");
        JsonNode arguments = function.has("arguments") ? function.get("arguments") : function.path("parameters");
        if (arguments.isMissingNode() || arguments.isNull()) {
            return Optional.of(new Call(id, name.stringValue(), NO_ARGUMENTS, true));
        }
        return Optional.of(
                call(id, name.stringValue(), arguments.isString() ? arguments.stringValue() : arguments.toString()));
    }

    /// What can be told of a call whose JSON is damaged.
    static Optional<Call> damaged(String text) {
        Matcher name = NAME.matcher(text);
        if (!name.find()) {
            return Optional.empty();
        }
        Matcher arguments = ARGUMENTS.matcher(text);
        String rest = arguments.find() ? text.substring(arguments.end()) : text;
        return Optional.of(new Call("", name.group(1), rest.strip(), false));
    }

    static Optional<JsonNode> parse(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            return node.isMissingNode() ? Optional.empty() : Optional.of(node);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// The value that a text means: what it says as JSON, or the text itself.
    static JsonNode value(String text) {
        return parse(text).orElseGet(() -> JsonNodeFactory.instance.stringNode(text));
    }
}

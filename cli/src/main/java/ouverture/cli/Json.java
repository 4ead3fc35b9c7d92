package ouverture.cli;

import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON as the commands write and read it.
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().characterEscapes(new TerminalSafe()).build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private Json() {}

    /// An empty object; its fields are written in the order in which they are put.
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// A record's components in their order, with names in snake case.
    static ObjectNode object(Record value) {
        return MAPPER.valueToTree(value);
    }

    /// A truth value of a request.
    ///
    /// @param otherwise what holds where the request does not say
    /// @throws RequestException if it is something else
    static boolean flag(JsonNode request, String key, boolean otherwise) {
        JsonNode flag = request.path(key);
        if (flag.isMissingNode()) {
            return otherwise;
        }
        if (!flag.isBoolean()) {
            throw new RequestException("Its \"" + key + "\" is neither true nor false.");
        }
        return flag.booleanValue();
    }

    /// A value in Java's own types: maps and lists in their order, strings, numbers, truth values, null.
    static @Nullable Object plain(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    /// On one line, without a line end.
    static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /// Indented for people, without a line end.
    static String indented(JsonNode node) {
        return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node);
    }

    /// Writes characters that could steer a terminal, and halves of surrogate pairs, as `\\u009b`.
    private static final class TerminalSafe extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        private final int[] ascii = standardAsciiEscapesForJSON();

        TerminalSafe() {
            ascii[0x7F] = ESCAPE_STANDARD;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii.clone();
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int character) {
            return Printable.isHidden(character) ? new SerializedString("\\u%04x".formatted(character)) : null;
        }
    }
}

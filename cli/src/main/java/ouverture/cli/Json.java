package ouverture.cli;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON as the commands write and read it.
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// An empty object; its fields are written in the order in which they are put.
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// On one line, without a line end.
    static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /// Indented for people, without a line end.
    static String indented(JsonNode node) {
        return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(node);
    }
}

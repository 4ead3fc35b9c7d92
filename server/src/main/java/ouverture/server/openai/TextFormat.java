package ouverture.server.openai;

import java.util.List;
import java.util.Optional;
import ouverture.constrain.Constraint;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `text.format` of `/v1/responses`: the form that the text of an answer is held to.
///
/// @param constraint what the text fits, empty for any text
/// @param echo what the response repeats of it
record TextFormat(Optional<Constraint> constraint, ObjectNode echo) {
    /// Any text.
    static final TextFormat ANY = new TextFormat(Optional.empty(), typed("text"));

    private static final Field<String> NAME =
            Field.of("name", JsonTypes.text(), "", "\"\"", "for people; the model is not told of it");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "for people; the model is not told of it");
    private static final Field<JsonNode> SCHEMA = Field.required(
            "schema", JsonTypes.object(), "JSON Schema; keywords that cannot be kept are refused by name");
    private static final Field<Boolean> STRICT =
            Field.of("strict", JsonTypes.flag(), false, "answers are held to the schema in any case");

    private static final Field<TextFormat> FORMAT = Field.of(
            "format",
            new TaggedType<TextFormat>("a text format", "type")
                    .with("text", new ObjectType<>("a text format", List.of(), _ -> ANY))
                    .with(
                            "json_object",
                            new ObjectType<>(
                                    "a text format",
                                    List.of(),
                                    _ -> new TextFormat(
                                            Optional.of(new Constraint.JsonObject()), typed("json_object"))))
                    .with(
                            "json_schema",
                            new ObjectType<>(
                                    "a text format", List.of(NAME, DESCRIPTION, SCHEMA, STRICT), TextFormat::schema)),
            ANY,
            "{\"type\": \"text\"}",
            "the form of the answer; thoughts come before it, and calls of tools may come in its place");

    /// `text`.
    static final Field<TextFormat> TEXT = Field.of(
            "text",
            new ObjectType<>(
                    "text options",
                    List.of(FORMAT, Field.only("verbosity", "models here have no such setting", "\"medium\"")),
                    values -> values.get(FORMAT)),
            ANY,
            "{}",
            "the form of the answer");

    private static ObjectNode typed(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static TextFormat schema(Values values) {
        String schema = values.get(SCHEMA).toString();
        ObjectNode echo = typed("json_schema").put("name", values.get(NAME)).put("strict", values.get(STRICT));
        values.get(DESCRIPTION).ifPresent(description -> echo.put("description", description));
        echo.set("schema", JsonMapper.shared().readTree(schema));
        return new TextFormat(Optional.of(new Constraint.JsonSchema(schema)), echo);
    }
}

package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ouverture.constrain.Constraint;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;

/// The form that a request holds its answers to, in OpenAI's field and in vLLM's.
final class ResponseFormat {
    private static final Field<String> NAME =
            Field.of("name", JsonTypes.text(), "", "\"\"", "for people; the model is not told of it");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "for people; the model is not told of it");
    private static final Field<JsonNode> SCHEMA = Field.required(
            "schema", JsonTypes.object(), "JSON Schema; keywords that cannot be kept are refused by name");
    private static final Field<Boolean> STRICT =
            Field.of("strict", JsonTypes.flag(), false, "answers are held to the schema in any case");
    private static final Field<Constraint> JSON_SCHEMA = Field.required(
            "json_schema",
            new ObjectType<>(
                    "a schema",
                    List.of(NAME, DESCRIPTION, SCHEMA, STRICT),
                    values -> new Constraint.JsonSchema(values.get(SCHEMA).toString())),
            "what the answer fits");

    /// `response_format`.
    private static final Field<Optional<Constraint>> FORMAT = Field.of(
            "response_format",
            new TaggedType<Optional<Constraint>>("a response format", "type")
                    .with("text", new ObjectType<>("a response format", List.of(), _ -> Optional.empty()))
                    .with(
                            "json_object",
                            new ObjectType<>(
                                    "a response format",
                                    List.of(),
                                    _ -> Optional.<Constraint>of(new Constraint.JsonObject())))
                    .with(
                            "json_schema",
                            new ObjectType<>(
                                    "a response format",
                                    List.of(JSON_SCHEMA),
                                    values -> Optional.of(values.get(JSON_SCHEMA)))),
            Optional.empty(),
            "{\"type\": \"text\"}",
            "the form of the answer; thoughts come before it, and calls of tools may come in its place");

    private static final Field<Optional<Constraint>> JSON =
            Field.optional("json", schema(), "a JSON Schema, as an object or as its text");
    private static final Field<Optional<Constraint>> REGEX = Field.optional(
            "regex", JsonTypes.name().as(Constraint.Regex::new), "a regular expression that fits the whole answer");
    private static final Field<Optional<Constraint>> CHOICE = Field.optional(
            "choice",
            JsonTypes.list("strings that are not empty", JsonTypes.name(), 1, Integer.MAX_VALUE)
                    .as(Constraint.Choice::new),
            "the answers that there are");
    private static final Field<Optional<Constraint>> GRAMMAR = Field.optional(
            "grammar", JsonTypes.name().as(Constraint.Gbnf::new), "a grammar in llama.cpp's notation, GBNF");
    private static final Field<Boolean> JSON_OBJECT =
            Field.of("json_object", JsonTypes.flag(), false, "any JSON object");

    /// `structured_outputs`.
    private static final Field<Optional<Constraint>> OUTPUTS = Field.of(
            "structured_outputs",
            new ObjectType<>("a form", List.of(JSON, REGEX, CHOICE, GRAMMAR, JSON_OBJECT), ResponseFormat::structured),
            Optional.empty(),
            "{}",
            "vLLM's field: one of these forms, in place of `response_format`; not in OpenAI's API");

    /// All fields, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(FORMAT, OUTPUTS);

    private ResponseFormat() {}

    private static JsonType<Constraint> schema() {
        return JsonTypes.either(
                JsonTypes.object().as(schema -> new Constraint.JsonSchema(schema.toString())),
                JsonTypes.name().as(Constraint.JsonSchema::new));
    }

    private static Optional<Constraint> structured(Values values) {
        List<Constraint> forms = new ArrayList<>();
        List.of(JSON, REGEX, CHOICE, GRAMMAR).forEach(field -> values.get(field).ifPresent(forms::add));
        if (values.get(JSON_OBJECT)) {
            forms.add(new Constraint.JsonObject());
        }
        if (forms.size() > 1) {
            throw values.refuse(JSON, "and the other forms exclude each other; give one of them.");
        }
        return forms.stream().findFirst();
    }

    /// What a request says.
    static Optional<Constraint> of(Values values) {
        Optional<Constraint> format = values.get(FORMAT);
        Optional<Constraint> outputs = values.get(OUTPUTS);
        if (format.isPresent() && outputs.isPresent()) {
            throw values.refuse(OUTPUTS, "does not go with `response_format`; give one of them.");
        }
        return format.or(() -> outputs);
    }
}

package ouverture.server.openai;

import java.util.List;
import java.util.Optional;
import ouverture.Tool;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;

/// The tools of a request.
///
/// @param tools those that the model is told of
/// @param parallel whether it may ask for several at once
record ToolFields(List<Tool> tools, boolean parallel) {
    /// A schema of arguments that takes none.
    static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";
    private static final String NOT_YET = "answers cannot be forced into a form yet";

    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<Optional<JsonNode>> PARAMETERS =
            Field.optional("parameters", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Boolean> STRICT = Field.only("strict", NOT_YET, "false");
    private static final Field<Tool> FUNCTION = Field.required(
            "function",
            new ObjectType<>(
                    "a function",
                    List.of(NAME, DESCRIPTION, PARAMETERS, STRICT),
                    values -> new Tool(
                            values.get(NAME),
                            values.get(DESCRIPTION).orElse(""),
                            values.get(PARAMETERS).map(JsonNode::toString).orElse(NO_PARAMETERS))),
            "what the model may call");
    private static final JsonType<Tool> TOOL = new TaggedType<Tool>("a tool", "type")
            .with("function", new ObjectType<>("a tool", List.of(FUNCTION), values -> values.get(FUNCTION)))
            .without("custom", "tools have JSON arguments here");

    private static final Field<List<Tool>> TOOLS = Field.list(
            "tools", JsonTypes.list("tools", TOOL, 0, Integer.MAX_VALUE), "what the model may ask the client to run");
    private static final Field<String> TOOL_CHOICE = Field.partly(
            "tool_choice",
            "`auto` offers the tools and `none` keeps them from the model; the other forms are refused: " + NOT_YET,
            NOT_YET,
            "auto",
            "auto",
            "none");
    private static final Field<Boolean> PARALLEL =
            Field.of("parallel_tool_calls", JsonTypes.flag(), true, "false ends the answer with its first call");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(TOOLS, TOOL_CHOICE, PARALLEL);

    static ToolFields of(Values values) {
        List<Tool> tools = values.get(TOOL_CHOICE).equals("none") ? List.of() : values.get(TOOLS);
        return new ToolFields(tools, values.get(PARALLEL));
    }
}

package ouverture.server.openai;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.Tool;
import ouverture.ToolChoice;
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
/// @param choice whether it may or must call them
/// @param parallel whether it may ask for several at once
record ToolFields(List<Tool> tools, ToolChoice choice, boolean parallel) {
    /// A schema of arguments that takes none.
    static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

    /// @param offers whether the model is told of the tools
    private record Choice(boolean offers, ToolChoice choice) {}

    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<Optional<JsonNode>> PARAMETERS =
            Field.optional("parameters", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Boolean> STRICT = Field.of(
            "strict", JsonTypes.flag(), false, "true makes certain that the arguments of calls fit `parameters`");
    private static final Field<Tool> FUNCTION = Field.required(
            "function",
            new ObjectType<>(
                    "a function",
                    List.of(NAME, DESCRIPTION, PARAMETERS, STRICT),
                    values -> new Tool(
                            values.get(NAME),
                            values.get(DESCRIPTION).orElse(""),
                            values.get(PARAMETERS).map(JsonNode::toString).orElse(NO_PARAMETERS),
                            values.get(STRICT))),
            "what the model may call");
    private static final JsonType<Tool> TOOL = new TaggedType<Tool>("a tool", "type")
            .with("function", new ObjectType<>("a tool", List.of(FUNCTION), values -> values.get(FUNCTION)))
            .without("custom", "tools have JSON arguments here");

    private static final Field<List<Tool>> TOOLS = Field.list(
            "tools", JsonTypes.list("tools", TOOL, 0, Integer.MAX_VALUE), "what the model may ask the client to run");
    private static final Field<Choice> NAMED = Field.required(
            "function",
            new ObjectType<>(
                    "a function", List.of(NAME), values -> new Choice(true, new ToolChoice.Named(values.get(NAME)))),
            "the tool that is called");
    private static final Field<Choice> TOOL_CHOICE = Field.of(
            "tool_choice",
            JsonTypes.either(
                    JsonTypes.oneOf(choices()),
                    new TaggedType<Choice>("a tool choice", "type")
                            .with(
                                    "function",
                                    new ObjectType<>("a tool choice", List.of(NAMED), values -> values.get(NAMED)))
                            .without("allowed_tools", "send the tools that may be called, and no others")
                            .without("custom", "tools have JSON arguments here")),
            new Choice(true, ToolChoice.AUTO),
            "\"auto\"",
            "`auto` offers the tools, `none` keeps them from the model, `required` makes it call one, and a function is"
                    + " called by its name");
    private static final Field<Boolean> PARALLEL =
            Field.of("parallel_tool_calls", JsonTypes.flag(), true, "false ends the answer with its first call");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(TOOLS, TOOL_CHOICE, PARALLEL);

    private static Map<String, Choice> choices() {
        Map<String, Choice> choices = new LinkedHashMap<>();
        choices.put("auto", new Choice(true, ToolChoice.AUTO));
        choices.put("none", new Choice(false, ToolChoice.AUTO));
        choices.put("required", new Choice(true, ToolChoice.REQUIRED));
        return choices;
    }

    static ToolFields of(Values values) {
        Choice choice = values.get(TOOL_CHOICE);
        return new ToolFields(choice.offers ? values.get(TOOLS) : List.of(), choice.choice, values.get(PARALLEL));
    }
}

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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tools of a request to `/v1/responses`, which writes them flatter than chat completions do.
///
/// @param known those that the request has
/// @param choice whether they may or must be called
/// @param parallel whether the model may ask for several at once
record ResponseTools(List<Tool> known, Choice choice, boolean parallel) {
    private static final String NO_SERVER_TOOLS = "this server runs no tools of its own";

    /// @param offers whether the model is told of the tools
    /// @param echo what the response repeats of it
    record Choice(boolean offers, ToolChoice choice, JsonNode echo) {
        private static Choice of(String text, boolean offers, ToolChoice choice) {
            return new Choice(offers, choice, JsonNodeFactory.instance.stringNode(text));
        }

        private static Choice named(String name) {
            ObjectNode echo = JsonNodeFactory.instance.objectNode();
            return new Choice(
                    true,
                    new ToolChoice.Named(name),
                    echo.put("type", "function").put("name", name));
        }
    }

    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<Optional<JsonNode>> PARAMETERS =
            Field.optional("parameters", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Boolean> STRICT = Field.of(
            "strict", JsonTypes.flag(), false, "true makes certain that the arguments of calls fit `parameters`");

    private static final JsonType<Tool> TOOL = new TaggedType<Tool>("a tool", "type")
            .with(
                    "function",
                    new ObjectType<>(
                            "a function",
                            List.of(NAME, DESCRIPTION, PARAMETERS, STRICT),
                            values -> new Tool(
                                    values.get(NAME),
                                    values.get(DESCRIPTION).orElse(""),
                                    values.get(PARAMETERS)
                                            .map(JsonNode::toString)
                                            .orElse(ToolFields.NO_PARAMETERS),
                                    values.get(STRICT))))
            .without("custom", "tools have JSON arguments here")
            .without("web_search", NO_SERVER_TOOLS)
            .without("web_search_preview", NO_SERVER_TOOLS)
            .without("file_search", NO_SERVER_TOOLS)
            .without("code_interpreter", NO_SERVER_TOOLS)
            .without("computer_use_preview", NO_SERVER_TOOLS)
            .without("image_generation", NO_SERVER_TOOLS)
            .without("local_shell", NO_SERVER_TOOLS)
            .without("shell", NO_SERVER_TOOLS)
            .without("apply_patch", NO_SERVER_TOOLS)
            .without("mcp", NO_SERVER_TOOLS);

    private static final Field<List<Tool>> TOOLS = Field.list(
            "tools", JsonTypes.list("tools", TOOL, 0, Integer.MAX_VALUE), "what the model may ask the client to run");
    private static final Choice AUTO = Choice.of("auto", true, ToolChoice.Any.AUTO);
    private static final Field<Choice> CHOICE = Field.of(
            "tool_choice",
            JsonTypes.either(
                    JsonTypes.oneOf(choices()),
                    new TaggedType<Choice>("a tool choice", "type")
                            .with(
                                    "function",
                                    new ObjectType<>(
                                            "a tool choice", List.of(NAME), values -> Choice.named(values.get(NAME))))
                            .without("allowed_tools", "send the tools that may be called, and no others")
                            .without("custom", "tools have JSON arguments here")),
            AUTO,
            "\"auto\"",
            "`auto` offers the tools, `none` keeps them from the model, `required` makes it call one, and a function is"
                    + " called by its name");
    private static final Field<Boolean> PARALLEL =
            Field.of("parallel_tool_calls", JsonTypes.flag(), true, "false ends the answer with its first call");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(
            TOOLS,
            CHOICE,
            PARALLEL,
            Field.refused("max_tool_calls", "it is about tools of the server, which has none"));

    private static Map<String, Choice> choices() {
        Map<String, Choice> choices = new LinkedHashMap<>();
        choices.put("auto", AUTO);
        choices.put("none", Choice.of("none", false, ToolChoice.Any.AUTO));
        choices.put("required", Choice.of("required", true, ToolChoice.Any.REQUIRED));
        return choices;
    }

    static ResponseTools of(Values values) {
        return new ResponseTools(values.get(TOOLS), values.get(CHOICE), values.get(PARALLEL));
    }

    /// Those that the model is told of.
    List<Tool> offered() {
        return choice.offers ? known : List.of();
    }

    /// Adds them to a response.
    void put(ObjectNode response) {
        response.set("tool_choice", choice.echo);
        response.put("parallel_tool_calls", parallel);
        ArrayNode tools = response.putArray("tools");
        for (Tool tool : known) {
            tools.addObject()
                    .put("type", "function")
                    .put("name", tool.name())
                    .put("description", tool.description())
                    .put("strict", tool.isStrict())
                    .set("parameters", JsonMapper.shared().readTree(tool.parameters()));
        }
    }
}

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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tools of a request to `/v1/responses`, which writes them flatter than chat completions do.
///
/// @param known those that the request has
/// @param choice `auto` or `none`
/// @param parallel whether the model may ask for several at once
record ResponseTools(List<Tool> known, String choice, boolean parallel) {
    private static final String NO_SERVER_TOOLS = "this server runs no tools of its own";
    private static final String NOT_YET = "answers cannot be forced into a form yet";

    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<Optional<JsonNode>> PARAMETERS =
            Field.optional("parameters", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Boolean> STRICT = Field.only("strict", NOT_YET, "false");

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
                                            .orElse(ToolFields.NO_PARAMETERS))))
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
    private static final Field<String> CHOICE = Field.partly(
            "tool_choice",
            "`auto` offers the tools and `none` keeps them from the model; the other forms are refused: " + NOT_YET,
            NOT_YET,
            "auto",
            "auto",
            "none");
    private static final Field<Boolean> PARALLEL =
            Field.of("parallel_tool_calls", JsonTypes.flag(), true, "false ends the answer with its first call");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(
            TOOLS,
            CHOICE,
            PARALLEL,
            Field.refused("max_tool_calls", "it is about tools of the server, which has none"));

    static ResponseTools of(Values values) {
        return new ResponseTools(values.get(TOOLS), values.get(CHOICE), values.get(PARALLEL));
    }

    /// Those that the model is told of.
    List<Tool> offered() {
        return choice.equals("none") ? List.of() : known;
    }

    /// Adds them to a response.
    void put(ObjectNode response) {
        response.put("tool_choice", choice).put("parallel_tool_calls", parallel);
        ArrayNode tools = response.putArray("tools");
        for (Tool tool : known) {
            tools.addObject()
                    .put("type", "function")
                    .put("name", tool.name())
                    .put("description", tool.description())
                    .put("strict", false)
                    .set("parameters", JsonMapper.shared().readTree(tool.parameters()));
        }
    }
}

package ouverture.text.harmony;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Tools under one name.
///
/// @param description empty for none
public record ToolNamespace(String name, String description, List<ToolFunction> functions) {
    private static final Map<String, Object> STRING = Map.of("type", "string");

    /// The functions of a conversation's developer.
    static final String FUNCTIONS = "functions";

    public ToolNamespace {
        functions = List.copyOf(functions);
    }

    /// A tool that the models were trained to use; the descriptions are part of the format.
    ///
    /// @param name `browser` or `python`
    public static Optional<ToolNamespace> builtIn(String name) {
        return switch (name) {
            case "browser" -> Optional.of(browser());
            case "python" -> Optional.of(python());
            default -> Optional.empty();
        };
    }

    private static ToolNamespace browser() {
        ToolFunction search = new ToolFunction(
                "search",
                "Searches for information related to `query` and displays `topn` results.",
                schema(List.of("query"), "query", STRING, "topn", number(10), "source", STRING));
        ToolFunction open = new ToolFunction(
                "open",
                """
                Opens the link `id` from the page indicated by `cursor` starting at line number `loc`, showing \
                `num_lines` lines.
                Valid link ids are displayed with the formatting: `【{id}†.*】`.
                If `cursor` is not provided, the most recent page is implied.
                If `id` is a string, it is treated as a fully qualified URL associated with `source`.
                If `loc` is not provided, the viewport will be positioned at the beginning of the document or \
                centered on the most relevant passage, if available.
                Use this function without `id` to scroll to a new location of an opened page.""",
                schema(
                        List.of(),
                        "id",
                        Map.of("type", List.of("number", "string"), "default", -1),
                        "cursor",
                        number(-1),
                        "loc",
                        number(-1),
                        "num_lines",
                        number(-1),
                        "view_source",
                        Map.of("type", "boolean", "default", false),
                        "source",
                        STRING));
        ToolFunction find = new ToolFunction(
                "find",
                "Finds exact matches of `pattern` in the current page, or the page given by `cursor`.",
                schema(List.of("pattern"), "pattern", STRING, "cursor", number(-1)));
        return new ToolNamespace("browser", """
                Tool for browsing.
                The `cursor` appears in brackets before each browsing display: `[{cursor}]`.
                Cite information from the tool using the following format:
                `【{cursor}†L{line_start}(-L{line_end})?】`, for example: `【6†L9-L11】` or `【8†L3】`.
                Do not quote more than 10 words directly from the tool output.
                sources=web (default: web)""", List.of(search, open, find));
    }

    private static ToolNamespace python() {
        return new ToolNamespace("python", """
                Use this tool to execute Python code in your chain of thought. The code will not be shown to the \
                user. This tool should be used for internal reasoning, but not for code that is intended to be \
                visible to the user (e.g. when creating plots, tables, or files).

                When you send a message containing Python code to python, it will be executed in a stateful Jupyter \
                notebook environment. python will respond with the output of the execution or time out after 120.0 \
                seconds. The drive at '/mnt/data' can be used to save and persist user files. Internet access for \
                this session is UNKNOWN. Depends on the cluster.""", List.of());
    }

    private static Map<String, Object> number(int otherwise) {
        return Map.of("type", "number", "default", otherwise);
    }

    /// @param properties names and schemas in turn
    private static Map<String, Object> schema(List<String> required, Object... properties) {
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (int i = 0; i < properties.length; i += 2) {
            ordered.put((String) properties[i], properties[i + 1]);
        }
        return Map.of("type", "object", "properties", ordered, "required", required);
    }
}

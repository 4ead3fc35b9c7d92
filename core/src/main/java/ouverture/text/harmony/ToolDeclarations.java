package ouverture.text.harmony;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import ouverture.error.RequestException;

/// The section of a message that declares tools.
final class ToolDeclarations {
    private ToolDeclarations() {}

    /// @throws RequestException if a function's schema is nested too deep or too long
    static String section(List<ToolNamespace> namespaces) {
        StringBuilder out = new StringBuilder("# Tools");
        namespaces.stream()
                .sorted(Comparator.comparing(ToolNamespace::name))
                .forEach(namespace -> namespace(namespace, out.append("\n\n")));
        return out.toString();
    }

    private static void namespace(ToolNamespace namespace, StringBuilder out) {
        List<ToolFunction> functions = namespace.functions();
        out.append("## ").append(namespace.name()).append('\n');
        lines(namespace.description())
                .forEach(line -> out.append('\n')
                        .append(functions.isEmpty() ? "" : "// ")
                        .append(line));
        if (functions.isEmpty()) {
            return;
        }
        out.append("\nnamespace ").append(namespace.name()).append(" {\n");
        for (ToolFunction function : functions) {
            lines(function.description()).forEach(line -> out.append("\n// ").append(line));
            out.append("\ntype ").append(function.name()).append(" = (");
            if (function.parameters() != null) {
                out.append("_: ");
                new TypeScript(function.name(), out).type(function.parameters(), "");
            }
            out.append(") => any;\n");
        }
        out.append("\n} // namespace ").append(namespace.name());
    }

    /// The lines of a text. Unlike [String#lines], a carriage return alone ends none.
    private static Stream<String> lines(String text) {
        String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (text.isEmpty()) {
            return Stream.empty();
        }
        return Arrays.stream(whole.split("\n", -1))
                .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    }
}

package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.text.output.CallReader.Call;
import ouverture.text.output.CallReader.Reading;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Calls with a tag for each parameter: Qwen3-Coder and Qwen 3.5 (`<function=name><parameter=key>`), DeepSeek
/// V3.2 (`<｜DSML｜invoke name="…">`).
final class TaggedCalls {
    private record Tags(Pattern function, String functionEnd, Pattern parameter, String parameterEnd) {}

    private static final Tags QWEN = new Tags(
            Pattern.compile("<function=([^>\\n]{1,256})>"),
            "</function>",
            Pattern.compile("<parameter=([^>\\n]{1,256})>"),
            "</parameter>");
    private static final Tags DSML = new Tags(
            Pattern.compile("<｜DSML｜invoke name=\"([^\"\\n]{1,256})\">"),
            "</｜DSML｜invoke>",
            Pattern.compile("<｜DSML｜parameter name=\"([^\"\\n]{1,256})\"(?: string=\"(true|false)\")?>"),
            "</｜DSML｜parameter>");

    private TaggedCalls() {}

    /// JSON or parameter tags, whatever the model chose: finetunes of Qwen mix the two.
    static Reading readQwen(String body, DeclaredTools tools) {
        return body.stripLeading().startsWith("<function=") ? read(body, QWEN, tools) : JsonCalls.read(body, tools);
    }

    static Reading readDsml(String body, DeclaredTools tools) {
        return read(body, DSML, tools);
    }

    private static Reading read(String body, Tags tags, DeclaredTools tools) {
        List<Call> calls = new ArrayList<>();
        Matcher function = tags.function.matcher(body);
        int lastEnd = body.lastIndexOf(tags.functionEnd);
        while (function.find()) {
            String name = function.group(1).strip();
            int end = function.end() > lastEnd ? -1 : body.indexOf(tags.functionEnd, function.end());
            Matcher next = tags.function.matcher(body).region(function.end(), body.length());
            int limit = end >= 0 ? end : next.find() ? next.start() : body.length();
            calls.add(call(name, body.substring(function.end(), limit), tags, tools, end >= 0));
            function.region(limit, body.length());
        }
        return new Reading(calls, "");
    }

    private static Call call(String name, String inside, Tags tags, DeclaredTools tools, boolean closed) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        Matcher parameter = tags.parameter.matcher(inside);
        boolean valid = closed;
        int after = 0;
        while (parameter.find()) {
            valid &= inside.substring(after, parameter.start()).isBlank();
            int end = inside.indexOf(tags.parameterEnd, parameter.end());
            boolean ends = end >= 0;
            valid &= ends;
            int limit = ends ? end : inside.length();
            String key = parameter.group(1).strip();
            String value = inside.substring(parameter.end(), limit);
            String declared = parameter.groupCount() > 1 ? parameter.group(2) : null;
            boolean text = declared == null ? tools.isText(name, key) : declared.equals("true");
            arguments.set(key, value(declared == null ? withoutLineEnds(value) : value, text));
            after = ends ? end + tags.parameterEnd.length() : inside.length();
            parameter.region(after, inside.length());
        }
        valid &= inside.substring(after).isBlank();
        return valid ? new Call("", name, arguments.toString(), true) : invalid(name, inside);
    }

    /// Arguments that are JSON in spite of the tags are taken; others are shown as they are.
    private static Call invalid(String name, String inside) {
        return inside.isBlank() ? new Call("", name, "", false) : CallJson.call("", name, inside);
    }

    private static JsonNode value(String text, boolean isText) {
        return isText ? JsonNodeFactory.instance.stringNode(text) : CallJson.value(text);
    }

    /// The template puts one line end on each side of a value.
    private static String withoutLineEnds(String value) {
        int from = value.startsWith("\n") ? 1 : 0;
        int to = value.length() > from && value.endsWith("\n") ? value.length() - 1 : value.length();
        return value.substring(from, to);
    }
}

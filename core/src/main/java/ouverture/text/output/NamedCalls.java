package ouverture.text.output;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.text.output.CallReader.Call;
import ouverture.text.output.CallReader.Reading;

/// Calls whose name stands before their JSON: Kimi, DeepSeek, Mistral; and Llama's code.
final class NamedCalls {
    private static final String KIMI_ARGUMENTS = "<|tool_call_argument_begin|>";
    private static final Pattern KIMI_ID = Pattern.compile("(?:functions\\.)?([^:\\s]{1,256})(?::([0-9]{1,9}))?");
    private static final Pattern DEEPSEEK_SEPARATOR = Pattern.compile("<[｜|]tool[▁_ ]sep[｜|]>");
    private static final Pattern DEEPSEEK_NAME =
            Pattern.compile(DEEPSEEK_SEPARATOR + "\\s{0,9}([^\\s<`{]{1,256})\\s{0,9}(?:```(?:json)?)?");
    private static final Pattern NAME = Pattern.compile("\\s{0,9}([\\w.:/-]{1,256})\\s{0,9}");
    private static final Pattern CODE =
            Pattern.compile("\\s{0,9}(\\w{1,256})\\.call\\((.{0,65536})\\)\\s{0,9}", Pattern.DOTALL);
    private static final Pattern KEYWORD =
            Pattern.compile("\\s{0,9}(\\w{1,256})\\s{0,9}=\\s{0,9}(\"[^\"\\\\]*+\"|[^,\"]{1,256}+),?");

    private NamedCalls() {}

    /// `functions.name:0`, where the number counts the calls of the conversation. Seen as well: without the
    /// prefix, and without any of the punctuation.
    static Reading readKimi(String body, DeclaredTools tools) {
        int at = body.indexOf(KIMI_ARGUMENTS);
        String head = (at < 0 ? before(body, '{') : body.substring(0, at)).strip();
        String arguments =
                at < 0 ? body.substring(before(body, '{').length()) : body.substring(at + KIMI_ARGUMENTS.length());
        Matcher id = KIMI_ID.matcher(head);
        if (!id.matches()) {
            return Reading.NOTHING;
        }
        String name = kimiName(id.group(1), tools);
        String number = id.group(2) == null ? "" : id.group(2);
        return Reading.of(CallJson.call("functions." + name + ":" + number, name, arguments));
    }

    private static String kimiName(String written, DeclaredTools tools) {
        if (tools.has(written) || !written.startsWith("functions")) {
            return written;
        }
        String name = written.substring("functions".length());
        String withoutNumber = name.replaceFirst("[0-9]{1,9}$", "");
        boolean numbered = !tools.has(name) && !withoutNumber.isEmpty();
        String bare = numbered ? withoutNumber : name;
        return bare.isEmpty() ? written : bare;
    }

    /// V3 and R1 write the type, the name and fenced JSON; V3.1 the name and JSON.
    static Reading readDeepSeek(String body, DeclaredTools tools) {
        Matcher separator = DEEPSEEK_NAME.matcher(body);
        if (separator.find() && isType(body.substring(0, separator.start()))) {
            String arguments = body.substring(separator.end()).strip();
            String unfenced = arguments.endsWith("```") ? arguments.substring(0, arguments.length() - 3) : arguments;
            return Reading.of(CallJson.call("", separator.group(1), unfenced));
        }
        int at = indexOfSeparator(body);
        String name = at < 0 ? "" : body.substring(0, at).strip();
        return NAME.matcher(name).matches()
                ? Reading.of(CallJson.call("", name, body.substring(body.indexOf('>', at) + 1)))
                : Reading.NOTHING;
    }

    private static boolean isType(String head) {
        return head.isBlank() || head.strip().equals("function");
    }

    private static int indexOfSeparator(String body) {
        Matcher separator = DEEPSEEK_SEPARATOR.matcher(body);
        return separator.find() ? separator.start() : -1;
    }

    /// An array of objects (Nemo), or `name[ARGS]{…}` with an id between the two or without (Small 3.2,
    /// Ministral).
    static Reading readMistral(String body, DeclaredTools tools) {
        if (body.stripLeading().startsWith("[{") || body.stripLeading().startsWith("{")) {
            return JsonCalls.read(body, tools);
        }
        String head = before(body, '{').replace("[ARGS]", "");
        int idAt = head.indexOf("[CALL_ID]");
        String name = (idAt < 0 ? head : head.substring(0, idAt)).strip();
        String id = idAt < 0 ? "" : head.substring(idAt + "[CALL_ID]".length()).strip();
        return NAME.matcher(name).matches()
                ? Reading.of(
                        CallJson.call(id, name, body.substring(before(body, '{').length())))
                : Reading.NOTHING;
    }

    /// JSON, a call of a built-in tool (`brave_search.call(query="…")`), or Python.
    static Reading readPython(String body, DeclaredTools tools) {
        Reading json = body.stripLeading().startsWith("{") ? JsonCalls.read(body, tools) : Reading.NOTHING;
        if (!json.calls().isEmpty()) {
            return json;
        }
        Matcher builtin = CODE.matcher(body);
        if (builtin.matches()) {
            return Reading.of(builtin(builtin.group(1), builtin.group(2)));
        }
        return body.isBlank() ? Reading.NOTHING : Reading.of(python(body));
    }

    /// Code for an interpreter, as arguments that are JSON like all others.
    static Call python(String code) {
        var arguments = CallJson.MAPPER.createObjectNode().put("code", code);
        return new Call("", "python", arguments.toString(), true);
    }

    private static Call builtin(String name, String keywords) {
        var arguments = CallJson.MAPPER.createObjectNode();
        Matcher keyword = KEYWORD.matcher(keywords);
        int at = 0;
        while (keyword.find() && keyword.start() == at) {
            arguments.set(keyword.group(1), CallJson.value(keyword.group(2).strip()));
            at = keyword.end();
        }
        boolean all = keywords.substring(at).isBlank();
        return new Call("", name, all ? arguments.toString() : keywords, all);
    }

    private static String before(String body, char c) {
        int at = body.indexOf(c);
        return at < 0 ? body : body.substring(0, at);
    }
}

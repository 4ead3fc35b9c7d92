package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import ouverture.text.output.CallReader.Call;
import ouverture.text.output.CallReader.Reading;
import tools.jackson.databind.JsonNode;

/// Calls as JSON objects with `name` and `arguments`: Qwen 2.5 and 3, Llama, Phi, Reka Edge and many others.
final class JsonCalls {
    private static final List<String> BEGINNINGS = Stream.of(
                    "name", "type", "function", "parameters", "arguments", "id")
            .map(key -> "{\"" + key + "\":")
            .toList();

    private JsonCalls() {}

    /// One value after another, each a call or an array of calls.
    static Reading read(String body, DeclaredTools tools) {
        List<Call> calls = new ArrayList<>();
        int at = 0;
        for (int end = end(body, at); end > at; end = end(body, at)) {
            List<Call> found = calls(body.substring(at, end));
            if (found.isEmpty()) {
                break;
            }
            calls.addAll(found);
            at = end;
        }
        if (calls.isEmpty()) {
            return CallJson.damaged(body).map(Reading::of).orElse(Reading.NOTHING);
        }
        String rest = body.substring(at);
        return new Reading(calls, rest.isBlank() ? "" : rest);
    }

    /// An object without tags around it is a call only if it names a tool of the request.
    static Reading readBare(String body, DeclaredTools tools) {
        Reading reading = read(body, tools);
        boolean known = reading.calls().stream().allMatch(call -> call.valid() && tools.has(call.name()));
        return known && reading.rest().isEmpty() ? reading : Reading.NOTHING;
    }

    /// Whether a beginning of an answer may still become a call.
    static boolean mayBeBare(String beginning) {
        StringBuilder compact = new StringBuilder();
        for (int i = 0; i < beginning.length() && compact.length() < 16; i++) {
            char c = beginning.charAt(i);
            if (!Character.isWhitespace(c)) {
                compact.append(c);
            }
        }
        String text = compact.toString();
        return BEGINNINGS.stream().anyMatch(each -> each.startsWith(text) || text.startsWith(each));
    }

    private static int end(String body, int from) {
        JsonEnd end = new JsonEnd();
        for (int i = from; i < body.length(); i++) {
            if (end.push(body.charAt(i))) {
                return i + 1;
            }
        }
        return from;
    }

    private static List<Call> calls(String json) {
        String value = json.substring(Math.max(0, json.indexOf(firstBracket(json))));
        Optional<JsonNode> node = CallJson.parse(value);
        if (node.isEmpty()) {
            return CallJson.damaged(value).stream().toList();
        }
        Stream<JsonNode> objects = node.get().isArray() ? node.get().valueStream() : Stream.of(node.get());
        return objects.flatMap(object -> CallJson.call(object).stream()).toList();
    }

    private static char firstBracket(String json) {
        int object = json.indexOf('{');
        int array = json.indexOf('[');
        return array >= 0 && (object < 0 || array < object) ? '[' : '{';
    }
}

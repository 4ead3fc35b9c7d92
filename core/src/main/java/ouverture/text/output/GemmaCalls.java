package ouverture.text.output;

import ouverture.text.output.CallReader.Call;
import ouverture.text.output.CallReader.Reading;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Gemma 4's calls: `call:name{key:<|"|>text<|"|>,number:1}`, JSON without quotes but with a delimiter of its
/// own.
final class GemmaCalls {
    private static final String QUOTE = "<|\"|>";
    private static final String PREFIX = "call:";
    private static final int MOST_NESTED = 64;

    private final String text;
    private int at;

    private GemmaCalls(String text, int at) {
        this.text = text;
        this.at = at;
    }

    static Reading read(String body, DeclaredTools tools) {
        int brace = body.indexOf('{');
        String head = (brace < 0 ? body : body.substring(0, brace)).strip();
        String name = head.startsWith(PREFIX) ? head.substring(PREFIX.length()).strip() : head;
        if (name.isEmpty() || name.chars().anyMatch(c -> Character.isWhitespace(c) || c == '<' || c == '"')) {
            return Reading.NOTHING;
        }
        String arguments = brace < 0 ? "" : body.substring(brace);
        try {
            GemmaCalls reader = new GemmaCalls(arguments, 0);
            JsonNode value = reader.value(0);
            reader.space();
            if (value.isObject() && reader.at == arguments.length()) {
                return Reading.of(new Call("", name, value.toString(), true));
            }
        } catch (Malformed e) {
            // Told by the call below: its arguments are what the model wrote.
        }
        return Reading.of(new Call("", name, arguments.strip(), false));
    }

    private JsonNode value(int depth) throws Malformed {
        space();
        if (depth > MOST_NESTED || at >= text.length()) {
            throw new Malformed();
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            default -> text.startsWith(QUOTE, at) ? JsonNodeFactory.instance.stringNode(quoted()) : word();
        };
    }

    private JsonNode object(int depth) throws Malformed {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        at++;
        while (!accept('}')) {
            String key = key();
            expect(':');
            object.set(key, value(depth + 1));
            separator('}');
        }
        return object;
    }

    /// A key in the delimiter, in JSON's quotes, or in none.
    private String key() throws Malformed {
        space();
        if (text.startsWith(QUOTE, at)) {
            return quoted();
        }
        return text.startsWith("\"", at) ? word().asString("") : until(":").strip();
    }

    private JsonNode array(int depth) throws Malformed {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        at++;
        while (!accept(']')) {
            array.add(value(depth + 1));
            separator(']');
        }
        return array;
    }

    private void separator(char close) throws Malformed {
        if (!accept(',') && !(at < text.length() && text.charAt(at) == close)) {
            throw new Malformed();
        }
    }

    private boolean accept(char c) {
        space();
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c) throws Malformed {
        if (!accept(c)) {
            throw new Malformed();
        }
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private String quoted() throws Malformed {
        int end = text.indexOf(QUOTE, at + QUOTE.length());
        if (end < 0) {
            throw new Malformed();
        }
        String inside = text.substring(at + QUOTE.length(), end);
        at = end + QUOTE.length();
        return inside;
    }

    private String until(String ends) throws Malformed {
        int from = at;
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == text.length()) {
            throw new Malformed();
        }
        return text.substring(from, at);
    }

    private JsonNode word() throws Malformed {
        if (text.charAt(at) == '"') {
            int from = at++;
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            at = Math.min(text.length(), at + 1);
            return CallJson.value(text.substring(from, at));
        }
        return CallJson.value(until(",]}").strip());
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super("not in Gemma's notation", null, false, false);
        }
    }
}

package ouverture.text.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Filters on text.
final class TextFilters {
    private TextFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        conversions(filters);
        escapes(filters);
        shapes(filters);
        filters.put("truncate", TextFilters::truncate);
        filters.put("indent", TextFilters::indent);
        filters.put("urlencode", TextFilters::urlEncode);
        filters.put("xmlattr", TextFilters::xmlAttributes);
    }

    /// A string as it is, every other value as it prints.
    private static Object soft(Rendering rendering, Object value) {
        return Types.text(value) == null ? rendering.string(value) : value;
    }

    /// Calls a method of strings on the value as it prints.
    private static Object method(Rendering rendering, Object value, String name, Arguments arguments) {
        Function method = StringMethods.bind(soft(rendering, value), name);
        if (method == null) {
            throw new IllegalArgumentException(name);
        }
        return method.call(rendering, arguments);
    }

    private static void conversions(Map<String, Filters.Filter> filters) {
        for (String name : List.of("upper", "lower", "capitalize")) {
            filters.put(name, (rendering, value, arguments) -> method(rendering, value, name, arguments));
        }
        filters.put("string", (rendering, value, arguments) -> {
            arguments.none("the filter 'string'");
            return soft(rendering, value);
        });
        filters.put("title", (rendering, value, arguments) -> {
            arguments.none("the filter 'title'");
            String text = rendering.string(value);
            rendering.budget().text(text.length());
            return title(text);
        });
        filters.put("trim", (rendering, value, arguments) -> {
            Object characters = arguments.bind("the filter 'trim'", 0, "chars").get(0, None.NONE);
            return method(rendering, value, "strip", Arguments.of(characters));
        });
        filters.put("wordcount", (rendering, value, arguments) -> {
            arguments.none("the filter 'wordcount'");
            return wordCount(rendering.string(value));
        });
        filters.put("format", (rendering, value, arguments) -> {
            if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
                throw new Failure("the filter 'format' takes arguments by place or by name, not both");
            }
            DictValue named = new DictValue();
            arguments.named().forEach(named::put);
            Object values = named.size() > 0 ? named : new TupleValue(arguments.positional());
            return PercentFormat.format(soft(rendering, value), values, rendering.budget());
        });
    }

    /// Each word's first letter large and its others small; words begin behind blanks, hyphens and opening
    /// brackets.
    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean begin = true;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean separator = Text.isWhitespace(c) || "-({[<".indexOf(c) >= 0;
            String character = Character.toString(c);
            out.append(separator ? character : begin ? Text.upper(character) : Text.lower(character));
            begin = separator;
        }
        return out.toString();
    }

    private static long wordCount(String text) {
        long count = 0;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean word = Lexer.isWord(c);
            count += word && !inWord ? 1 : 0;
            inWord = word;
        }
        return count;
    }

    private static void escapes(Map<String, Filters.Filter> filters) {
        for (String name : List.of("e", "escape")) {
            filters.put(name, (rendering, value, arguments) -> {
                arguments.none("the filter 'escape'");
                return value instanceof Markup ? value : escape(rendering, value);
            });
        }
        filters.put("forceescape", (rendering, value, arguments) -> {
            arguments.none("the filter 'forceescape'");
            return escape(rendering, value);
        });
        filters.put("safe", (rendering, value, arguments) -> {
            arguments.none("the filter 'safe'");
            return new Markup(rendering.string(value));
        });
        filters.put("striptags", (rendering, value, arguments) -> {
            arguments.none("the filter 'striptags'");
            String text = rendering.string(value);
            rendering.budget().text(text.length());
            return HtmlText.withoutTags(text);
        });
    }

    private static Markup escape(Rendering rendering, Object value) {
        String text = rendering.string(value);
        rendering.budget().text(text.length());
        return Markup.escape(text);
    }

    private static void shapes(Map<String, Filters.Filter> filters) {
        filters.put("center", (rendering, value, arguments) -> {
            Object width = arguments.bind("the filter 'center'", 0, "width").get(0, 80L);
            return method(rendering, value, "center", Arguments.of(width));
        });
        filters.put("replace", (rendering, value, arguments) -> {
            Arguments.Bound bound = arguments.bind("the filter 'replace'", 2, "old", "new", "count");
            Object most = bound.get(2, None.NONE);
            return StringMethods.replace(
                    rendering.string(value),
                    rendering.string(bound.get(0)),
                    rendering.string(bound.get(1)),
                    most == None.NONE ? -1 : bound.count(2, -1),
                    rendering.budget());
        });
        filters.put("join", (rendering, value, arguments) -> {
            Arguments.Bound bound = arguments.bind("the filter 'join'", 0, "d", "attribute");
            Object attribute = bound.get(1, None.NONE);
            return join(value, rendering.string(bound.get(0, "")), attribute, rendering);
        });
    }

    private static String join(Object value, String separator, Object attribute, Rendering rendering) {
        Budget budget = rendering.budget();
        AttributePath path = AttributePath.of(attribute);
        StringBuilder out = new StringBuilder();
        Iterator<Object> items = Types.iterator(value, budget);
        boolean first = true;
        while (items.hasNext()) {
            String text = rendering.string(path.get(items.next(), null, budget));
            budget.text((first ? 0L : separator.length()) + text.length());
            budget.longest((long) out.length() + separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return out.toString();
    }

    private static Object truncate(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'truncate'", 0, "length", "killwords", "end", "leeway");
        String end = bound.has(2) ? bound.requiredText(2) : "...";
        int length = bound.count(0, 255);
        int leeway = bound.get(3, None.NONE) == None.NONE ? 5 : bound.count(3, 5);
        if (length < Text.length(end) || leeway < 0) {
            throw new Failure("the filter 'truncate' needs a length of at least its end's, and no negative leeway");
        }
        if (Types.length(value, rendering.budget()) <= (long) length + leeway) {
            return value;
        }
        String text = requireText(value, "truncate");
        rendering.budget().text(text.length());
        String start = text.substring(0, Text.index(text, length - Text.length(end)));
        int blank = start.lastIndexOf(' ');
        return (bound.truth(1) || blank < 0 ? start : start.substring(0, blank)) + end;
    }

    private static String requireText(Object value, String filter) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        String text = Types.text(value);
        if (text == null) {
            throw new Failure(
                    "the filter '" + filter + "' needs a string and not a value of type " + Types.name(value));
        }
        return text;
    }

    private static Object indent(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'indent'", 0, "width", "first", "blank");
        Budget budget = rendering.budget();
        Object width = bound.get(0, 4L);
        String indentation = Types.text(width);
        if (indentation == null) {
            int count = Math.max(0, bound.count(0, 4));
            budget.text(count);
            indentation = " ".repeat(count);
        }
        boolean blank = bound.truth(2);
        List<String> lines = Text.lines(requireText(value, "indent") + "\n", false);
        StringBuilder out = new StringBuilder(bound.truth(1) ? indentation : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            out.append(i > 0 ? "\n" : "");
            out.append(i > 0 && (blank || !line.isEmpty()) ? indentation : "").append(line);
            budget.text((long) indentation.length() + line.length());
            budget.longest(out.length());
        }
        return value instanceof Markup ? new Markup(out.toString()) : out.toString();
    }

    private static Object urlEncode(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'urlencode'");
        if (Types.text(value) != null || !Types.isIterable(value)) {
            return quoteUrl(rendering.string(value), true, rendering.budget());
        }
        Object pairs = value instanceof DictValue dict ? new DictView(dict, DictView.Kind.ITEMS) : value;
        List<String> parts = new ArrayList<>();
        for (Object pair : Types.collect(pairs, rendering.budget())) {
            List<Object> items = Types.collect(pair, rendering.budget());
            if (items.size() != 2) {
                throw new Failure("the filter 'urlencode' needs a text, a mapping or pairs");
            }
            parts.add(quoteUrl(rendering.string(items.get(0)), false, rendering.budget()) + "="
                    + quoteUrl(rendering.string(items.get(1)), false, rendering.budget()));
        }
        return String.join("&", parts);
    }

    private static String quoteUrl(String text, boolean path, Budget budget) {
        budget.text(3L * text.length());
        String form = URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
        return path ? form.replace("+", "%20").replace("%2F", "/") : form;
    }

    private static Object xmlAttributes(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'xmlattr'", 0, "autospace");
        if (!(value instanceof DictValue dict)) {
            throw new Failure("the filter 'xmlattr' needs a mapping");
        }
        StringBuilder out = new StringBuilder();
        for (DictValue.Entry entry : dict.entries()) {
            if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
                continue;
            }
            String key = attributeName(Types.text(entry.key()));
            String text = key + "=\""
                    + escape(rendering, soft(rendering, entry.value())).text() + "\"";
            rendering.budget().text(text.length());
            rendering.budget().longest((long) out.length() + text.length());
            out.append(out.isEmpty() ? "" : " ").append(text);
        }
        boolean space = !out.isEmpty() && (!bound.has(0) || bound.truth(0));
        return space ? " " + out : out.toString();
    }

    private static String attributeName(@Nullable String key) {
        if (key == null || key.chars().anyMatch(c -> "/>= \t\n\r\f\u000b".indexOf(c) >= 0)) {
            throw new Failure("the filter 'xmlattr' finds a key that is no attribute's name");
        }
        return Markup.escape(key).text();
    }
}

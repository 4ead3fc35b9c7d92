package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The methods of Python's `str`.
final class StringMethods {
    private static final Map<String, Method> ALL = new HashMap<>();

    static {
        cases();
        searches();
        splits();
        shapes();
        StringPredicates.addTo(ALL);
    }

    private StringMethods() {}

    interface Method {
        Object call(Rendering rendering, String self, Arguments arguments);
    }

    /// The method of a string, plain or safe, or null.
    static @Nullable Function bind(Object owner, String name) {
        Method method = ALL.get(name);
        if (method == null) {
            return null;
        }
        if (owner instanceof Markup markup) {
            return new Function(
                    name,
                    (rendering, arguments) ->
                            safe(method.call(rendering, markup.text(), escaped(name, arguments, rendering.budget()))));
        }
        return new Function(name, (rendering, arguments) -> method.call(rendering, (String) owner, arguments));
    }

    private static Object safe(Object result) {
        return switch (result) {
            case String text -> new Markup(text);
            case ListValue list ->
                new ListValue(list.items().stream().map(StringMethods::safe).toList());
            case TupleValue tuple ->
                new TupleValue(tuple.items().stream().map(StringMethods::safe).toList());
            default -> result;
        };
    }

    /// The arguments of a method of safe text, with what goes into the text escaped.
    private static Arguments escaped(String name, Arguments arguments, Budget budget) {
        List<Object> positional = new ArrayList<>(arguments.positional());
        if (name.equals("replace") && positional.size() > 1) {
            positional.set(1, escaped(positional.get(1)));
        } else if (name.equals("join") && positional.size() == 1) {
            List<Object> items = Types.collect(positional.getFirst(), budget);
            items.replaceAll(StringMethods::escaped);
            positional.set(0, new ListValue(items));
        }
        return new Arguments(positional, arguments.named());
    }

    private static Object escaped(Object value) {
        return Types.text(value) == null ? value : Arithmetic.escaped(value);
    }

    private static void cases() {
        simple("capitalize", Text::capitalize);
        simple("casefold", text -> Text.lower(Text.upper(text)));
        simple("lower", Text::lower);
        simple("swapcase", StringMethods::swapCase);
        simple("title", StringMethods::title);
        simple("upper", Text::upper);
    }

    private interface Conversion {
        String of(String text);
    }

    private static void simple(String name, Conversion conversion) {
        ALL.put(name, (rendering, self, arguments) -> {
            arguments.none(name);
            rendering.budget().text(self.length());
            return conversion.of(self);
        });
    }

    private static String swapCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String character = Character.toString(c);
            out.append(Character.isUpperCase(c) ? Text.lower(character) : Text.upper(character));
        });
        return out.toString();
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            out.append(inWord ? Text.lower(Character.toString(c)) : Text.titleCase(c));
            inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
        }
        return out.toString();
    }

    private static void searches() {
        ALL.put("count", (rendering, self, arguments) -> {
            Region region = Region.of("count", self, arguments, rendering.budget());
            return (long) occurrences(region.text, region.needle());
        });
        ALL.put(
                "find",
                (rendering, self, arguments) ->
                        Region.of("find", self, arguments, rendering.budget()).first());
        ALL.put(
                "rfind",
                (rendering, self, arguments) ->
                        Region.of("rfind", self, arguments, rendering.budget()).last());
        ALL.put(
                "index",
                (rendering, self, arguments) -> found(
                        Region.of("index", self, arguments, rendering.budget()).first()));
        ALL.put(
                "rindex",
                (rendering, self, arguments) -> found(
                        Region.of("rindex", self, arguments, rendering.budget()).last()));
        ALL.put(
                "startswith",
                (rendering, self, arguments) -> Region.of("startswith", self, arguments, rendering.budget())
                        .any(String::startsWith));
        ALL.put(
                "endswith",
                (rendering, self, arguments) -> Region.of("endswith", self, arguments, rendering.budget())
                        .any(String::endsWith));
    }

    private static long found(long place) {
        if (place < 0) {
            throw new Failure("index() finds nothing in the string");
        }
        return place;
    }

    private static int occurrences(String text, String needle) {
        if (needle.isEmpty()) {
            return Text.length(text) + 1;
        }
        int count = 0;
        for (int at = Text.indexOf(text, needle, 0); at >= 0; at = Text.indexOf(text, needle, at + needle.length())) {
            count++;
        }
        return count;
    }

    /// The part of a string that a search with optional bounds looks at.
    ///
    /// @param start place in code points of the part
    /// @param beyond whether `start` lies behind the string's end, where not even the empty string is found
    private record Region(String function, String text, int start, boolean beyond, Object sought) {
        static Region of(String function, String self, Arguments arguments, Budget budget) {
            Arguments.Bound bound = arguments.bind(function, 1, "sub", "start", "end");
            int length = Text.length(self);
            int start = place(bound, 1, 0, length);
            int end = Math.min(place(bound, 2, length, length), length);
            boolean beyond = start > end;
            String text = beyond ? "" : self.substring(Text.index(self, start), Text.index(self, end));
            String needle = Types.text(bound.get(0));
            budget.scan((long) self.length() + (needle == null ? 0 : needle.length()));
            return new Region(function, text, start, beyond, bound.get(0));
        }

        private static int place(Arguments.Bound bound, int parameter, int otherwise, int length) {
            if (bound.get(parameter, None.NONE) == None.NONE) {
                return otherwise;
            }
            int place = bound.count(parameter, otherwise);
            return place < 0 ? Math.max(0, place + length) : place;
        }

        String needle() {
            return needle(sought);
        }

        private String needle(Object value) {
            String needle = Types.text(value);
            if (needle == null) {
                throw new Failure(function + "() looks for a string and not for a value of type " + Types.name(value));
            }
            return needle;
        }

        long first() {
            return place(Text.indexOf(text, needle(), 0));
        }

        long last() {
            return place(Text.lastIndexOf(text, needle(), text.length()));
        }

        private long place(int index) {
            return index < 0 || beyond ? -1 : start + text.codePointCount(0, index);
        }

        interface Match {
            boolean holds(String text, String affix);
        }

        boolean any(Match match) {
            if (beyond) {
                return false;
            }
            if (sought instanceof TupleValue several) {
                return several.items().stream().anyMatch(item -> match.holds(text, needle(item)));
            }
            return match.holds(text, needle());
        }
    }

    private static void splits() {
        ALL.put("split", (rendering, self, arguments) -> split("split", rendering, self, arguments));
        ALL.put("rsplit", (rendering, self, arguments) -> split("rsplit", rendering, self, arguments));
        ALL.put("splitlines", (rendering, self, arguments) -> {
            Arguments.Bound bound = arguments.bind("splitlines", 0, "keepends");
            rendering.budget().text(self.length());
            return new ListValue(Text.lines(self, bound.truth(0)));
        });
        ALL.put("partition", (rendering, self, arguments) -> {
            String separator = separator("partition", self, arguments, rendering.budget());
            int at = Text.indexOf(self, separator, 0);
            return at < 0
                    ? TupleValue.of(self, "", "")
                    : TupleValue.of(self.substring(0, at), separator, self.substring(at + separator.length()));
        });
        ALL.put("rpartition", (rendering, self, arguments) -> {
            String separator = separator("rpartition", self, arguments, rendering.budget());
            int at = Text.lastIndexOf(self, separator, self.length());
            return at < 0
                    ? TupleValue.of("", "", self)
                    : TupleValue.of(self.substring(0, at), separator, self.substring(at + separator.length()));
        });
        ALL.put(
                "join",
                (rendering, self, arguments) ->
                        join(self, arguments.bind("join", 1, "iterable").get(0), rendering));
    }

    private static Object split(String function, Rendering rendering, String self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(function, 0, "sep", "maxsplit");
        String separator = bound.text(0);
        int most = bound.count(1, -1);
        boolean fromEnd = function.equals("rsplit");
        rendering.budget().text(self.length());
        if (separator == null) {
            return new ListValue(fromEnd ? Text.splitBlanksFromEnd(self, most) : Text.splitBlanks(self, most));
        }
        if (separator.isEmpty()) {
            throw new Failure(function + "() needs a separator that is not empty");
        }
        rendering.budget().scan((long) self.length() + separator.length());
        return new ListValue(
                fromEnd
                        ? Text.splitFromEnd(self, separator, most, rendering.budget())
                        : Text.split(self, separator, most));
    }

    private static String separator(String function, String self, Arguments arguments, Budget budget) {
        String separator = arguments.bind(function, 1, "sep").requiredText(0);
        if (separator.isEmpty()) {
            throw new Failure(function + "() needs a separator that is not empty");
        }
        budget.text(self.length());
        budget.scan((long) self.length() + separator.length());
        return separator;
    }

    private static String join(String separator, Object items, Rendering rendering) {
        StringBuilder out = new StringBuilder();
        Iterator<Object> iterator = Types.iterator(items, rendering.budget());
        boolean first = true;
        while (iterator.hasNext()) {
            Object item = iterator.next();
            String text = Types.text(item);
            if (text == null) {
                throw new Failure("join() joins strings, not a value of type " + Types.name(item));
            }
            rendering.budget().text((first ? 0L : separator.length()) + text.length());
            rendering.budget().longest((long) out.length() + separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return out.toString();
    }

    private static void shapes() {
        strip("strip", true, true);
        strip("lstrip", true, false);
        strip("rstrip", false, true);
        pad("center", true, true);
        pad("ljust", false, true);
        pad("rjust", true, false);
        ALL.put("zfill", (rendering, self, arguments) -> {
            int width = arguments.bind("zfill", 1, "width").count(0, 0);
            boolean signed = self.startsWith("-") || self.startsWith("+");
            String digits = signed ? self.substring(1) : self;
            String padded = Text.pad(digits, signed ? width - 1 : width, '0', true, false, rendering.budget());
            return signed ? self.charAt(0) + padded : padded;
        });
        ALL.put("replace", (rendering, self, arguments) -> {
            Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
            return replace(self, bound.requiredText(0), bound.requiredText(1), bound.count(2, -1), rendering.budget());
        });
        ALL.put("removeprefix", (_, self, arguments) -> {
            String prefix = arguments.bind("removeprefix", 1, "prefix").requiredText(0);
            return self.startsWith(prefix) ? self.substring(prefix.length()) : self;
        });
        ALL.put("removesuffix", (_, self, arguments) -> {
            String suffix = arguments.bind("removesuffix", 1, "suffix").requiredText(0);
            return self.endsWith(suffix) ? self.substring(0, self.length() - suffix.length()) : self;
        });
        ALL.put(
                "expandtabs",
                (rendering, self, arguments) -> expandTabs(
                        self, arguments.bind("expandtabs", 0, "tabsize").count(0, 8), rendering.budget()));
        ALL.put("format", (rendering, self, arguments) -> BraceFormat.format(self, arguments, rendering.budget()));
        ALL.put(
                "format_map",
                (rendering, self, arguments) -> BraceFormat.formatMap(
                        self, arguments.bind("format_map", 1, "mapping").get(0), rendering.budget()));
    }

    private static void strip(String name, boolean left, boolean right) {
        ALL.put(name, (rendering, self, arguments) -> {
            rendering.budget().text(self.length());
            return Text.strip(self, arguments.bind(name, 0, "chars").text(0), left, right);
        });
    }

    private static void pad(String name, boolean left, boolean right) {
        ALL.put(name, (rendering, self, arguments) -> {
            Arguments.Bound bound = arguments.bind(name, 1, "width", "fillchar");
            String fill = bound.text(1);
            if (fill != null && Text.length(fill) != 1) {
                throw new Failure(name + "() fills with exactly one character");
            }
            return Text.pad(
                    self, bound.count(0, 0), fill == null ? ' ' : fill.codePointAt(0), left, right, rendering.budget());
        });
    }

    /// @param most replacements to make, or negative for all
    static String replace(String text, String old, String replacement, int most, Budget budget) {
        budget.scan((long) text.length() + old.length());
        int found = occurrences(text, old);
        int count = most < 0 ? found : Math.min(most, found);
        budget.text(text.length() + (long) count * Math.max(0, replacement.length() - old.length()));
        StringBuilder out = new StringBuilder();
        int start = 0;
        for (int i = 0; i < count; i++) {
            int from = old.isEmpty() && i > 0 ? text.offsetByCodePoints(start, 1) : start;
            int at = Text.indexOf(text, old, from);
            out.append(text, start, at).append(replacement);
            start = at + old.length();
        }
        return out.append(text, start, text.length()).toString();
    }

    private static String expandTabs(String text, int size, Budget budget) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                int blanks = size > 0 ? size - column % size : 0;
                budget.text(blanks);
                budget.longest((long) out.length() + blanks);
                out.repeat(' ', blanks);
                column += blanks;
            } else {
                out.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        budget.text(text.length());
        return out.toString();
    }
}

package ouverture.text.jinja;

import org.jspecify.annotations.Nullable;

/// Python's `text.format(…)`: `{name.attribute[key]!conversion:spec}`, attributes being those a template may
/// read.
final class BraceFormat {
    private final Arguments arguments;
    private final @Nullable Object mapping;
    private final Budget budget;
    private int automatic;
    private boolean manual;

    private BraceFormat(Arguments arguments, @Nullable Object mapping, Budget budget) {
        this.arguments = arguments;
        this.mapping = mapping;
        this.budget = budget;
    }

    static String format(String text, Arguments arguments, Budget budget) {
        return new BraceFormat(arguments, null, budget).run(text, 2);
    }

    static String formatMap(String text, Object mapping, Budget budget) {
        return new BraceFormat(Arguments.NONE, mapping, budget).run(text, 2);
    }

    /// @param levels how deep braces may still be nested
    private String run(String text, int levels) {
        if (levels < 0) {
            throw new Failure("format() does not nest braces that deep");
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                out.append(c);
                i += 2;
            } else if (c == '}') {
                throw new Failure("format() finds a single '}' in its string");
            } else if (c == '{') {
                int end = fieldEnd(text, i + 1);
                out.append(field(text.substring(i + 1, end), levels));
                i = end + 1;
            } else {
                out.append(c);
                i++;
            }
            budget.longest(out.length());
        }
        budget.text(out.length());
        return out.toString();
    }

    private static int fieldEnd(String text, int start) {
        int open = 1;
        boolean inKey = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inKey) {
                inKey = c != ']';
            } else if (c == '[' && open == 1) {
                inKey = text.indexOf(']', i) >= 0;
            } else if (c == '{') {
                open++;
            } else if (c == '}' && --open == 0) {
                return i;
            }
        }
        throw new Failure("format() finds a '{' without its '}'");
    }

    private String field(String field, int levels) {
        int nameEnd = nameEnd(field);
        Object value = lookUp(field.substring(0, nameEnd));
        int i = nameEnd;
        if (field.startsWith("!", i)) {
            char conversion = i + 1 < field.length() ? field.charAt(i + 1) : 0;
            value = converted(value, conversion);
            i += 2;
        }
        if (i < field.length() && field.charAt(i) != ':') {
            throw new Failure("format() does not understand the field {" + field + "}");
        }
        String spec = i < field.length() ? run(field.substring(i + 1), levels - 1) : "";
        return FormatSpec.format(value, spec, budget);
    }

    private Object converted(Object value, char conversion) {
        return switch (conversion) {
            case 's' -> Repr.string(value, budget);
            case 'r', 'a' -> Repr.repr(value, budget);
            default -> throw new Failure("format() knows the conversions !s, !r and !a");
        };
    }

    private static int nameEnd(String field) {
        boolean inKey = false;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (inKey) {
                inKey = c != ']';
            } else if (c == '[') {
                inKey = true;
            } else if (c == '!' || c == ':') {
                return i;
            }
        }
        return field.length();
    }

    private Object lookUp(String path) {
        int i = 0;
        while (i < path.length() && path.charAt(i) != '.' && path.charAt(i) != '[') {
            i++;
        }
        Object value = root(path.substring(0, i));
        while (i < path.length()) {
            if (path.charAt(i) == '.') {
                int end = i + 1;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                value = Access.attribute(value, path.substring(i + 1, end), budget);
                i = end;
            } else {
                int end = path.indexOf(']', i);
                if (path.charAt(i) != '[' || end < 0) {
                    throw new Failure("format() does not understand the field {" + path + "}");
                }
                value = Access.item(value, key(path.substring(i + 1, end)), budget);
                i = end + 1;
            }
        }
        return value;
    }

    private static Object key(String text) {
        boolean number = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? (Object) Long.valueOf(text) : text;
    }

    private Object root(String name) {
        if (mapping != null) {
            return required(mapping instanceof DictValue dict ? dict.get(name) : null, name);
        }
        boolean numbered = name.isEmpty() || key(name) instanceof Long;
        if (!numbered) {
            return required(arguments.named().get(name), name);
        }
        if (name.isEmpty() ? manual : automatic > 0) {
            throw new Failure("format() cannot mix {} with numbered fields");
        }
        manual |= !name.isEmpty();
        int place = name.isEmpty() ? automatic++ : Integer.parseInt(name);
        return required(
                place < arguments.positional().size() ? arguments.positional().get(place) : null,
                String.valueOf(place));
    }

    private static Object required(@Nullable Object value, String name) {
        if (value == null) {
            throw new Failure("format() has no value for the field {" + name + "}");
        }
        return value;
    }
}

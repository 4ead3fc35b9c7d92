package ouverture.text.jinja;

import java.util.Iterator;
import java.util.List;

/// Python's `str` and `repr`.
final class Repr {
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private Repr(Budget budget) {
        this.budget = budget;
    }

    /// What `{{ value }}` prints.
    static String string(Object value, Budget budget) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            case Undefined _ -> "";
            default -> repr(value, budget);
        };
    }

    /// What the value looks like inside of a printed list.
    static String repr(Object value, Budget budget) {
        Repr repr = new Repr(budget);
        repr.append(value);
        budget.text(repr.out.length());
        return repr.out.toString();
    }

    private void append(Object value) {
        budget.step();
        budget.enter();
        budget.longest(out.length());
        switch (value) {
            case None _ -> out.append("None");
            case Boolean truth -> out.append(truth ? "True" : "False");
            case Long number -> out.append(number);
            case Double number -> out.append(Numbers.repr(number));
            case String text -> quote(text);
            case Markup markup -> {
                out.append("Markup(");
                quote(markup.text());
                out.append(')');
            }
            case ListValue list -> sequence('[', list.items(), ']');
            case TupleValue tuple -> {
                sequence('(', tuple.items(), tuple.items().size() == 1 ? ',' : ')');
                if (tuple.items().size() == 1) {
                    out.append(')');
                }
            }
            case DictValue dict -> dictionary(dict);
            case RangeValue range -> range(range);
            case DictView view -> {
                out.append(view.kind().typeName()).append('(');
                sequence('[', view.items(), ']');
                out.append(')');
            }
            case Namespace namespace -> {
                out.append("<Namespace ");
                dictionary(namespace.attributes());
                out.append('>');
            }
            case Undefined _ -> out.append("Undefined");
            case Callable callable -> out.append(callable.description());
            default -> out.append('<').append(Types.name(value)).append(" object>");
        }
        budget.leave();
    }

    private void sequence(char open, List<Object> items, char close) {
        out.append(open);
        Iterator<Object> iterator = items.iterator();
        while (iterator.hasNext()) {
            append(iterator.next());
            if (iterator.hasNext()) {
                out.append(", ");
            }
        }
        out.append(close);
    }

    private void dictionary(DictValue dict) {
        out.append('{');
        String separator = "";
        for (DictValue.Entry entry : dict.entries()) {
            out.append(separator);
            append(entry.key());
            out.append(": ");
            append(entry.value());
            separator = ", ";
        }
        out.append('}');
    }

    private void range(RangeValue range) {
        out.append("range(").append(range.start()).append(", ").append(range.stop());
        if (range.step() != 1) {
            out.append(", ").append(range.step());
        }
        out.append(')');
    }

    private void quote(String text) {
        budget.longest((long) out.length() + text.length());
        quote(text, out, false);
    }

    /// A string literal: in single quotes unless it has some and no double ones.
    ///
    /// @param ascii whether everything beyond ASCII is escaped
    static void quote(String text, StringBuilder out, boolean ascii) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (ascii ? c >= 0x20 && c < 0x7f : isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        escape(c, out);
                    }
                }
            }
        });
        out.append(quote);
    }

    private static void escape(int codePoint, StringBuilder out) {
        if (codePoint < 0x100) {
            out.append(String.format("\\x%02x", codePoint));
        } else if (codePoint < 0x10000) {
            out.append(String.format("\\u%04x", codePoint));
        } else {
            out.append(String.format("\\U%08x", codePoint));
        }
    }

    /// Python's `str.isprintable` of one character.
    static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }
}

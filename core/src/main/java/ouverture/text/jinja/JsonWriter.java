package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's `json.dumps`, byte for byte.
final class JsonWriter {
    private final Style style;
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    /// @param ascii whether everything beyond ASCII is escaped
    /// @param indent what one level is indented by; absent for a single line
    /// @param itemSeparator between items, without the line's end
    record Style(boolean ascii, @Nullable String indent, String itemSeparator, String keySeparator, boolean sortKeys) {}

    private JsonWriter(Style style, Budget budget) {
        this.style = style;
        this.budget = budget;
    }

    static String write(Object value, Style style, Budget budget) {
        JsonWriter writer = new JsonWriter(style, budget);
        writer.value(value, 0);
        budget.text(writer.out.length());
        return writer.out.toString();
    }

    private void value(Object value, int level) {
        budget.step();
        budget.enter();
        budget.longest(out.length());
        switch (value) {
            case None _ -> out.append("null");
            case Boolean truth -> out.append(truth);
            case Long number -> out.append(number);
            case Double number -> out.append(number(number));
            case String text -> quote(text);
            case Markup markup -> quote(markup.text());
            case ListValue list -> array(list.items(), level);
            case TupleValue tuple -> array(tuple.items(), level);
            // Python refuses generators; templates in use rely on engines that take them for lists.
            case Generator generator -> array(Types.collect(generator, budget), level);
            case DictValue dict -> object(dict, level);
            case Undefined undefined -> throw undefined.failure();
            default -> throw new Failure("tojson cannot write a value of type " + Types.name(value));
        }
        budget.leave();
    }

    private static String number(double value) {
        if (Double.isFinite(value)) {
            return Numbers.repr(value);
        }
        return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }

    private void array(List<Object> items, int level) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        Iterator<Object> iterator = items.iterator();
        while (iterator.hasNext()) {
            lineBreak(level + 1);
            value(iterator.next(), level + 1);
            out.append(iterator.hasNext() ? style.itemSeparator : "");
        }
        lineBreak(level);
        out.append(']');
    }

    private void object(DictValue dict, int level) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        List<DictValue.Entry> entries = new ArrayList<>(dict.entries());
        if (style.sortKeys) {
            entries.sort((left, right) -> Order.ascending(budget).compare(left.key(), right.key()));
        }
        out.append('{');
        Iterator<DictValue.Entry> iterator = entries.iterator();
        while (iterator.hasNext()) {
            DictValue.Entry entry = iterator.next();
            lineBreak(level + 1);
            quote(key(entry.key()));
            out.append(style.keySeparator);
            value(entry.value(), level + 1);
            out.append(iterator.hasNext() ? style.itemSeparator : "");
        }
        lineBreak(level);
        out.append('}');
    }

    private void lineBreak(int level) {
        if (style.indent != null) {
            budget.longest((long) out.length() + (long) style.indent.length() * level);
            out.append('\n').repeat(style.indent, level);
        }
    }

    private static String key(Object key) {
        return switch (key) {
            case String text -> text;
            case Markup markup -> markup.text();
            case None _ -> "null";
            case Boolean truth -> truth.toString();
            case Long number -> number.toString();
            case Double number -> number(number);
            default -> throw new Failure("tojson cannot write a key of type " + Types.name(key));
        };
    }

    private void quote(String text) {
        budget.longest((long) out.length() + text.length());
        JsonString.append(out, text, style.ascii);
    }
}

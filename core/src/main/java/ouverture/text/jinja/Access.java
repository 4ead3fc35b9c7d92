package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Attributes, items and slices, in the order in which Jinja's sandbox looks for them. Attributes are those of
/// closed tables; nothing else of a value can be reached.
final class Access {
    private Access() {}

    /// `owner.name`: an attribute, else an item.
    static Object attribute(Object owner, String name, Budget budget) {
        Object attribute = own(owner, name);
        if (attribute != null) {
            return attribute;
        }
        Object item = owner instanceof DictValue dict ? dict.get(name) : null;
        budget.step();
        return item == null ? Undefined.attribute(owner, name) : item;
    }

    /// `owner[key]`: an item, else an attribute.
    static Object item(Object owner, Object key, Budget budget) {
        budget.step();
        if (owner instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Object item = itemOrNull(owner, key, budget);
        if (item != null) {
            return item;
        }
        String name = Types.text(key);
        Object attribute = name == null ? null : own(owner, name);
        if (attribute != null) {
            return attribute;
        }
        return name == null
                ? new Undefined("a value of type " + Types.name(owner) + " has no element " + Repr.repr(key, budget))
                : Undefined.attribute(owner, name);
    }

    private static @Nullable Object itemOrNull(Object owner, Object key, Budget budget) {
        if (owner instanceof DictValue dict) {
            return DictValue.isKey(key) ? dict.get(key) : null;
        }
        if (!(key instanceof Long || key instanceof Boolean)) {
            return null;
        }
        long place = Types.integer(key, "an index");
        String text = Types.text(owner);
        if (text != null) {
            int length = Text.length(text);
            budget.scan(length);
            long index = place < 0 ? place + length : place;
            if (index < 0 || index >= length) {
                return null;
            }
            String character = Character.toString(text.codePointAt(Text.index(text, (int) index)));
            return owner instanceof Markup ? new Markup(character) : character;
        }
        List<Object> items = owner instanceof DictView ? null : Types.items(owner);
        if (items == null) {
            return null;
        }
        long index = place < 0 ? place + items.size() : place;
        return index < 0 || index >= items.size() ? null : items.get((int) index);
    }

    /// An attribute or method that the value's type has, or null.
    static @Nullable Object own(Object owner, String name) {
        return switch (owner) {
            case Undefined undefined -> throw undefined.failure();
            case String text -> StringMethods.bind(text, name);
            case Markup markup -> StringMethods.bind(markup, name);
            case ListValue list -> ContainerMethods.bind(list, name);
            case DictValue dict -> ContainerMethods.bind(dict, name);
            case RangeValue range ->
                switch (name) {
                    case "start" -> range.start();
                    case "stop" -> range.stop();
                    case "step" -> range.step();
                    default -> ContainerMethods.bindSequence(range, name);
                };
            case TupleValue tuple -> {
                int place = tuple.names().indexOf(name);
                yield place < 0
                        ? ContainerMethods.bindSequence(tuple, name)
                        : tuple.items().get(place);
            }
            case Namespace namespace -> namespace.attributes().get(name);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Cycler cycler -> cycler.attribute(name);
            case Double number
            when name.equals("is_integer") ->
                new Function(name, (_, arguments) -> {
                    arguments.none(name);
                    return number == Math.rint(number) && Double.isFinite(number);
                });
            default -> null;
        };
    }

    /// `owner[start:stop:step]`; bounds are integers or none.
    static Object slice(Object owner, Object start, Object stop, Object step, Budget budget) {
        if (owner instanceof Undefined undefined) {
            throw undefined.failure();
        }
        String text = Types.text(owner);
        List<Object> items = owner instanceof DictView ? null : Types.items(owner);
        if (text == null && items == null) {
            throw new Failure("a value of type " + Types.name(owner) + " cannot be sliced");
        }
        int length = text != null ? Text.length(text) : items == null ? 0 : items.size();
        budget.scan(length);
        Places places = Places.of(start, stop, step, length);
        if (text != null) {
            String part = part(text, places, length, budget);
            return owner instanceof Markup ? new Markup(part) : part;
        }
        return switch (owner) {
            case RangeValue range ->
                new RangeValue(
                        range.start() + places.first * range.step(),
                        range.start() + places.end() * range.step(),
                        range.step() * places.step);
            case TupleValue tuple -> new TupleValue(picked(tuple.items(), places, budget));
            default -> new ListValue(picked(Types.collect(owner, budget), places, budget));
        };
    }

    /// Which places a slice takes: `first`, `first + step`, … `count` of them.
    private record Places(long first, long step, int count) {
        static Places of(Object start, Object stop, Object step, int length) {
            long stride = step == None.NONE ? 1 : Types.integer(step, "a slice");
            if (stride == 0) {
                throw new Failure("a slice cannot go in steps of zero");
            }
            long low = stride > 0 ? 0 : -1;
            long high = stride > 0 ? length : length - 1;
            long from = bound(start, length, low, high, stride > 0 ? low : high);
            long to = bound(stop, length, low, high, stride > 0 ? high : low);
            stride = Math.clamp(stride, -Integer.MAX_VALUE, Integer.MAX_VALUE);
            long distance = stride > 0 ? to - from : from - to;
            long count = distance <= 0 ? 0 : (distance - 1) / Math.abs(stride) + 1;
            return new Places(from, stride, (int) count);
        }

        private static long bound(Object value, int length, long low, long high, long otherwise) {
            if (value == None.NONE) {
                return otherwise;
            }
            long place = Types.integer(value, "a slice");
            return Math.clamp(place < 0 ? place + length : place, low, high);
        }

        long end() {
            return first + count * step;
        }
    }

    private static String part(String text, Places places, int length, Budget budget) {
        budget.text(places.count);
        if (places.step == 1 && places.count > 0) {
            int from = Text.index(text, (int) places.first);
            return text.substring(from, text.offsetByCodePoints(from, places.count));
        }
        StringBuilder part = new StringBuilder(places.count);
        int[] codePoints = length > 0 && places.count > 0 ? text.codePoints().toArray() : new int[0];
        for (int i = 0; i < places.count; i++) {
            part.appendCodePoint(codePoints[(int) (places.first + i * places.step)]);
        }
        return part.toString();
    }

    private static List<Object> picked(List<Object> items, Places places, Budget budget) {
        budget.items(places.count);
        List<Object> picked = new ArrayList<>(places.count);
        for (int i = 0; i < places.count; i++) {
            picked.add(items.get((int) (places.first + i * places.step)));
        }
        return picked;
    }
}

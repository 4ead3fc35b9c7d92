package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A dictionary in the order of insertion. Keys that Python holds for equal are one key: `1`, `1.0` and `true`.
final class DictValue {
    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /// A pair; the key is the first that was put.
    record Entry(Object key, Object value) {
        TupleValue tuple() {
            return TupleValue.of(key, value);
        }
    }

    /// What stands for a tuple among the keys.
    private record TupleKey(List<Object> items) {}

    int size() {
        return entries.size();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>(size());
        for (Entry entry : entries()) {
            keys.add(entry.key);
        }
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>(size());
        for (Entry entry : entries()) {
            values.add(entry.value);
        }
        return values;
    }

    /// @throws Failure if the key is one that cannot be looked up
    @Nullable
    Object get(Object key) {
        Entry entry = entries.get(normal(key));
        return entry == null ? null : entry.value;
    }

    /// @throws Failure if the key is one that cannot be stored
    void put(Object key, Object value) {
        Object normal = normal(key);
        Entry earlier = entries.get(normal);
        entries.put(normal, new Entry(earlier == null ? key : earlier.key, value));
    }

    void putAll(DictValue other) {
        entries.putAll(other.entries);
    }

    /// Whether the value can be a key.
    static boolean isKey(Object value) {
        return !(value instanceof ListValue || value instanceof DictValue || value instanceof DictView);
    }

    private static Object normal(Object key) {
        return normal(key, new int[1], 0);
    }

    /// @param parts how many parts of a nested tuple were seen before, counted on
    private static Object normal(Object key, int[] parts, int depth) {
        if (depth > Limits.NESTING || ++parts[0] > Limits.KEY_PARTS) {
            throw Failure.limit("it uses a key of more than " + Limits.KEY_PARTS + " parts or nested more than "
                    + Limits.NESTING + " deep");
        }
        return switch (key) {
            case Boolean truth -> truth ? 1L : 0L;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 -> number.longValue();
            case Markup markup -> markup.text();
            case TupleValue tuple -> {
                List<Object> items = new ArrayList<>();
                for (Object item : tuple.items()) {
                    items.add(normal(item, parts, depth + 1));
                }
                yield new TupleKey(items);
            }
            default -> {
                if (!isKey(key)) {
                    throw new Failure("a value of type " + Types.name(key) + " cannot be a key");
                }
                yield key;
            }
        };
    }
}

package ouverture.text.jinja;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The methods of Python's lists, tuples, ranges and dictionaries. Lists may be changed, because templates in
/// use do so;
/// dictionaries may not, as in Jinja's immutable sandbox.
final class ContainerMethods {
    private static final Set<String> CHANGING_DICTS = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private ContainerMethods() {}

    static @Nullable Object bind(DictValue dict, String name) {
        if (CHANGING_DICTS.contains(name)) {
            return new Undefined("a template must not change a mapping, so its method '" + name + "' is refused");
        }
        return switch (name) {
            case "get" ->
                new Function(name, (_, arguments) -> {
                    Arguments.Bound bound = arguments.bind("get", 1, "key", "default");
                    Object value = dict.get(bound.get(0));
                    return value == null ? bound.get(1, None.NONE) : value;
                });
            case "keys" -> view(name, dict, DictView.Kind.KEYS);
            case "values" -> view(name, dict, DictView.Kind.VALUES);
            case "items" -> view(name, dict, DictView.Kind.ITEMS);
            case "copy" ->
                new Function(name, (rendering, arguments) -> {
                    arguments.none(name);
                    rendering.budget().items(dict.size());
                    DictValue copy = new DictValue();
                    copy.putAll(dict);
                    return copy;
                });
            default -> null;
        };
    }

    private static Function view(String name, DictValue dict, DictView.Kind kind) {
        return new Function(name, (_, arguments) -> {
            arguments.none(name);
            return new DictView(dict, kind);
        });
    }

    /// The methods that lists, tuples and ranges share.
    static @Nullable Object bindSequence(Object sequence, String name) {
        return switch (name) {
            case "count" ->
                new Function(name, (rendering, arguments) -> {
                    Object sought = arguments.bind("count", 1, "value").get(0);
                    long count = 0;
                    for (Object item : items(sequence)) {
                        count += Order.equal(item, sought, rendering.budget()) ? 1 : 0;
                    }
                    return count;
                });
            case "index" -> new Function(name, (rendering, arguments) -> index(items(sequence), arguments, rendering));
            default -> null;
        };
    }

    private static List<Object> items(Object sequence) {
        List<Object> items = Types.items(sequence);
        if (items == null) {
            throw new IllegalArgumentException(Types.name(sequence));
        }
        return items;
    }

    private static long index(List<Object> items, Arguments arguments, Rendering rendering) {
        Arguments.Bound bound = arguments.bind("index", 1, "value", "start", "stop");
        int start = bound.count(1, 0);
        int stop = Math.min(bound.count(2, items.size()), items.size());
        for (int i = Math.max(0, start < 0 ? start + items.size() : start); i < stop; i++) {
            if (Order.equal(items.get(i), bound.get(0), rendering.budget())) {
                return i;
            }
        }
        throw new Failure("index() finds the value nowhere in the list");
    }

    static @Nullable Object bind(ListValue list, String name) {
        List<Object> items = list.items();
        return switch (name) {
            case "append" ->
                changing(name, (rendering, arguments) -> {
                    rendering.budget().longestList(items.size() + 1L);
                    items.add(arguments.bind(name, 1, "object").get(0));
                });
            case "extend" ->
                changing(name, (rendering, arguments) -> {
                    List<Object> more =
                            Types.collect(arguments.bind(name, 1, "iterable").get(0), rendering.budget());
                    rendering.budget().longestList((long) items.size() + more.size());
                    items.addAll(more);
                });
            case "insert" ->
                changing(name, (rendering, arguments) -> {
                    Arguments.Bound bound = arguments.bind(name, 2, "index", "object");
                    rendering.budget().longestList(items.size() + 1L);
                    rendering.budget().scan(items.size());
                    int place = bound.count(0, 0);
                    items.add(Math.clamp(place < 0 ? place + items.size() : place, 0, items.size()), bound.get(1));
                });
            case "remove" ->
                changing(
                        name,
                        (rendering, arguments) -> items.remove((int) index(
                                items,
                                Arguments.of(arguments.bind(name, 1, "value").get(0)),
                                rendering)));
            case "clear" ->
                changing(name, (_, arguments) -> {
                    arguments.none(name);
                    items.clear();
                });
            case "reverse" ->
                changing(name, (rendering, arguments) -> {
                    arguments.none(name);
                    rendering.budget().steps(items.size());
                    Collections.reverse(items);
                });
            case "sort" ->
                changing(name, (rendering, arguments) -> {
                    boolean reverse = arguments.bind(name, 0, "reverse").truth(0);
                    List<Object> sorted = sorted(items, Order.ascending(rendering.budget()), reverse);
                    items.clear();
                    items.addAll(sorted);
                });
            case "pop" -> new Function(name, (rendering, arguments) -> pop(items, arguments, rendering));
            case "copy" ->
                new Function(name, (rendering, arguments) -> {
                    arguments.none(name);
                    rendering.budget().items(items.size());
                    return new ListValue(items);
                });
            default -> bindSequence(list, name);
        };
    }

    private interface Change {
        void apply(Rendering rendering, Arguments arguments);
    }

    private static Function changing(String name, Change change) {
        return new Function(name, (rendering, arguments) -> {
            change.apply(rendering, arguments);
            return None.NONE;
        });
    }

    private static Object pop(List<Object> items, Arguments arguments, Rendering rendering) {
        int place = arguments.bind("pop", 0, "index").count(0, -1);
        int index = place < 0 ? place + items.size() : place;
        if (index < 0 || index >= items.size()) {
            throw new Failure("pop() finds no such entry in the list");
        }
        rendering.budget().scan(items.size() - index);
        return items.remove(index);
    }

    /// A sorted copy; equal ones keep their order, in reverse too.
    static List<Object> sorted(List<Object> items, Comparator<Object> order, boolean reverse) {
        try {
            return items.stream().sorted(reverse ? order.reversed() : order).toList();
        } catch (IllegalArgumentException e) {
            throw new Failure("values without an order (nan) cannot be sorted");
        }
    }
}

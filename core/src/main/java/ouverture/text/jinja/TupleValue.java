package ouverture.text.jinja;

import java.util.List;

/// An unchangeable sequence. Compared by [Order#equal].
final class TupleValue {
    private final List<Object> items;
    private final List<String> names;

    TupleValue(List<?> items) {
        this(items, List.of());
    }

    /// @param names attributes of the items, in their order; empty for a plain tuple
    TupleValue(List<?> items, List<String> names) {
        this.items = List.copyOf(items);
        this.names = names;
    }

    static TupleValue of(Object... items) {
        return new TupleValue(List.of(items));
    }

    List<Object> items() {
        return items;
    }

    List<String> names() {
        return names;
    }
}

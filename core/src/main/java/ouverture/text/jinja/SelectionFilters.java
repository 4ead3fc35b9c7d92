package ouverture.text.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Filters that give a generator: each item when it is asked for, once.
final class SelectionFilters {
    private SelectionFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("map", SelectionFilters::map);
        filters.put("unique", SelectionFilters::unique);
        selection(filters, "select", false, true);
        selection(filters, "reject", false, false);
        selection(filters, "selectattr", true, true);
        selection(filters, "rejectattr", true, false);
    }

    private static void selection(
            Map<String, Filters.Filter> filters, String name, boolean ofAttribute, boolean wanted) {
        filters.put(name, (runtime, value, arguments) -> {
            if (!Types.truth(value)) {
                return new Generator(Collections.emptyIterator());
            }
            return generator(value, runtime, () -> condition(name, ofAttribute, wanted, runtime, arguments));
        });
    }

    private static Step condition(
            String name, boolean ofAttribute, boolean wanted, Rendering runtime, Arguments arguments) {
        if (ofAttribute && arguments.positional().isEmpty()) {
            throw new Failure("the filter '" + name + "' needs an attribute's name");
        }
        AttributePath path =
                AttributePath.of(ofAttribute ? arguments.positional().getFirst() : None.NONE);
        Arguments rest = ofAttribute ? arguments.withoutFirst() : arguments;
        Predicate<Object> test = rest.positional().isEmpty()
                ? Types::truth
                : value -> runtime.test(runtime.string(rest.positional().getFirst()), value, rest.withoutFirst());
        return item -> test.test(path.get(item, null, runtime.budget())) == wanted ? item : null;
    }

    private static Object map(Rendering runtime, Object value, Arguments arguments) {
        if (!Types.truth(value)) {
            return new Generator(Collections.emptyIterator());
        }
        return generator(value, runtime, () -> conversion(runtime, arguments)::apply);
    }

    private static UnaryOperator<Object> conversion(Rendering runtime, Arguments arguments) {
        List<Object> positional = arguments.positional();
        if (!positional.isEmpty()) {
            String name = runtime.string(positional.getFirst());
            return item -> runtime.filter(name, item, arguments.withoutFirst());
        }
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        Object attribute = named.remove("attribute");
        Object given = named.remove("default");
        Object otherwise = given == None.NONE ? null : given;
        if (attribute == null || !named.isEmpty()) {
            throw new Failure("the filter 'map' needs a filter's name, or an attribute and perhaps a default");
        }
        AttributePath path = AttributePath.of(attribute);
        return item -> path.get(item, otherwise, runtime.budget());
    }

    private static Object unique(Rendering runtime, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'unique'", 0, "case_sensitive", "attribute");
        AttributePath path = AttributePath.of(bound.get(1, None.NONE));
        return generator(value, runtime, () -> {
            DictValue seen = new DictValue();
            return item -> {
                Object key = SequenceFilters.key(path.get(item, null, runtime.budget()), bound.truth(0));
                if (seen.get(key) != null) {
                    return null;
                }
                seen.put(key, true);
                return item;
            };
        });
    }

    /// What becomes of one item; null to leave it out.
    private interface Step {
        @Nullable
        Object apply(Object item);
    }

    private interface Preparation {
        Step prepare();
    }

    private static Generator generator(Object value, Rendering runtime, Preparation preparation) {
        return new Generator(new Lazy(value, runtime, preparation));
    }

    /// Items of another value one by one; nothing is looked at before the first is asked for.
    private static final class Lazy implements Iterator<Object> {
        private final Object source;
        private final Rendering runtime;
        private final Preparation preparation;
        private @Nullable Iterator<Object> items;
        private @Nullable Step step;
        private @Nullable Object next;

        Lazy(Object source, Rendering runtime, Preparation preparation) {
            this.source = source;
            this.runtime = runtime;
            this.preparation = preparation;
        }

        @Override
        public boolean hasNext() {
            Iterator<Object> remaining = items;
            Step each = step;
            if (remaining == null || each == null) {
                each = preparation.prepare();
                remaining = Types.iterator(source, runtime.budget());
                step = each;
                items = remaining;
            }
            runtime.budget().enter();
            while (next == null && remaining.hasNext()) {
                runtime.budget().step();
                next = each.apply(remaining.next());
            }
            runtime.budget().leave();
            return next != null;
        }

        @Override
        public Object next() {
            Object item = hasNext() ? next : null;
            if (item == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return item;
        }
    }
}

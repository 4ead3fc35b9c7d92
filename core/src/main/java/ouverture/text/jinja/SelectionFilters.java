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
        filters.put(name, (rendering, value, arguments) -> {
            if (!Types.truth(value)) {
                return new Generator(Collections.emptyIterator());
            }
            return generator(value, rendering, () -> condition(name, ofAttribute, wanted, rendering, arguments));
        });
    }

    private static Step condition(
            String name, boolean ofAttribute, boolean wanted, Rendering rendering, Arguments arguments) {
        if (ofAttribute && arguments.positional().isEmpty()) {
            throw new Failure("the filter '" + name + "' needs an attribute's name");
        }
        AttributePath path =
                AttributePath.of(ofAttribute ? arguments.positional().getFirst() : None.NONE);
        Arguments rest = ofAttribute ? arguments.withoutFirst() : arguments;
        Predicate<Object> test = rest.positional().isEmpty()
                ? Types::truth
                : value -> rendering.test(rendering.string(rest.positional().getFirst()), value, rest.withoutFirst());
        return item -> test.test(path.get(item, null, rendering.budget())) == wanted ? item : null;
    }

    private static Object map(Rendering rendering, Object value, Arguments arguments) {
        if (!Types.truth(value)) {
            return new Generator(Collections.emptyIterator());
        }
        return generator(value, rendering, () -> conversion(rendering, arguments)::apply);
    }

    private static UnaryOperator<Object> conversion(Rendering rendering, Arguments arguments) {
        List<Object> positional = arguments.positional();
        if (!positional.isEmpty()) {
            String name = rendering.string(positional.getFirst());
            return item -> rendering.filter(name, item, arguments.withoutFirst());
        }
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        Object attribute = named.remove("attribute");
        Object given = named.remove("default");
        Object otherwise = given == None.NONE ? null : given;
        if (attribute == null || !named.isEmpty()) {
            throw new Failure("the filter 'map' needs a filter's name, or an attribute and perhaps a default");
        }
        AttributePath path = AttributePath.of(attribute);
        return item -> path.get(item, otherwise, rendering.budget());
    }

    private static Object unique(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'unique'", 0, "case_sensitive", "attribute");
        AttributePath path = AttributePath.of(bound.get(1, None.NONE));
        return generator(value, rendering, () -> {
            DictValue seen = new DictValue();
            return item -> {
                Object key = SequenceFilters.key(path.get(item, null, rendering.budget()), bound.truth(0));
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

    private static Generator generator(Object value, Rendering rendering, Preparation preparation) {
        return new Generator(new Lazy(value, rendering, preparation));
    }

    /// Items of another value one by one; nothing is looked at before the first is asked for.
    private static final class Lazy implements Iterator<Object> {
        private final Object source;
        private final Rendering rendering;
        private final Preparation preparation;
        private @Nullable Iterator<Object> items;
        private @Nullable Step step;
        private @Nullable Object next;

        Lazy(Object source, Rendering rendering, Preparation preparation) {
            this.source = source;
            this.rendering = rendering;
            this.preparation = preparation;
        }

        @Override
        public boolean hasNext() {
            Iterator<Object> remaining = items;
            Step each = step;
            if (remaining == null || each == null) {
                each = preparation.prepare();
                remaining = Types.iterator(source, rendering.budget());
                step = each;
                items = remaining;
            }
            rendering.budget().enter();
            while (next == null && remaining.hasNext()) {
                rendering.budget().step();
                next = each.apply(remaining.next());
            }
            rendering.budget().leave();
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

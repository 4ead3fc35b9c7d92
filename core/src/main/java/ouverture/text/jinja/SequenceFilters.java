package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Filters on lists and mappings as a whole.
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", SequenceFilters::length);
        filters.put("count", SequenceFilters::length);
        filters.put("list", SequenceFilters::list);
        filters.put("first", SequenceFilters::first);
        filters.put("last", SequenceFilters::last);
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("items", SequenceFilters::items);
        filters.put("dictsort", SequenceFilters::sortMapping);
        filters.put("sort", SequenceFilters::sort);
        filters.put("min", (rendering, value, arguments) -> extreme(rendering, value, arguments, "min", false));
        filters.put("max", (rendering, value, arguments) -> extreme(rendering, value, arguments, "max", true));
        filters.put("sum", SequenceFilters::sum);
        filters.put("groupby", SequenceFilters::group);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
    }

    private static Object length(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'length'");
        return Types.length(value, rendering.budget());
    }

    private static Object list(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'list'");
        return new ListValue(Types.collect(value, rendering.budget()));
    }

    private static Object first(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'first'");
        Iterator<Object> items = Types.iterator(value, rendering.budget());
        return items.hasNext() ? items.next() : new Undefined("there is no first item, the sequence is empty");
    }

    private static Object last(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'last'");
        if (value instanceof Generator) {
            throw new Failure("the filter 'last' needs a list and not a generator, put '| list' before it");
        }
        List<Object> items = Types.collect(value, rendering.budget());
        return items.isEmpty() ? new Undefined("there is no last item, the sequence is empty") : items.getLast();
    }

    private static Object reverse(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'reverse'");
        if (Types.text(value) != null) {
            return Access.slice(value, None.NONE, None.NONE, -1L, rendering.budget());
        }
        List<Object> items = Types.collect(value, rendering.budget());
        Collections.reverse(items);
        return value instanceof Generator || value instanceof Undefined
                ? new ListValue(items)
                : new Generator(items.iterator());
    }

    private static Object items(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'items'");
        return Generator.deferred(() -> switch (value) {
            case Undefined _ -> Collections.emptyIterator();
            case DictValue dict -> Types.iterator(new DictView(dict, DictView.Kind.ITEMS), rendering.budget());
            default ->
                throw new Failure("the filter 'items' needs a mapping and not a value of type " + Types.name(value));
        });
    }

    private static Object sortMapping(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'dictsort'", 0, "case_sensitive", "by", "reverse");
        String by = bound.has(1) ? bound.requiredText(1) : "key";
        if (!by.equals("key") && !by.equals("value")) {
            throw new Failure("the filter 'dictsort' sorts by 'key' or by 'value'");
        }
        if (!(value instanceof DictValue dict)) {
            throw value instanceof Undefined undefined
                    ? undefined.failure()
                    : new Failure("the filter 'dictsort' needs a mapping");
        }
        AttributePath path = AttributePath.of(by.equals("key") ? 0L : 1L);
        return new ListValue(sorted(
                new DictView(dict, DictView.Kind.ITEMS),
                List.of(path),
                bound.truth(0),
                bound.truth(2),
                rendering.budget()));
    }

    private static Object sort(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'sort'", 0, "reverse", "case_sensitive", "attribute");
        List<AttributePath> paths = AttributePath.several(bound.get(2, None.NONE));
        return new ListValue(sorted(value, paths, bound.truth(1), bound.truth(0), rendering.budget()));
    }

    private record Keyed(Object key, Object item) {}

    /// The items in the order of what the paths find in them.
    private static List<Object> sorted(
            Object value, List<AttributePath> paths, boolean caseSensitive, boolean reverse, Budget budget) {
        List<Object> keyed = new ArrayList<>();
        for (Object item : Types.collect(value, budget)) {
            List<Object> keys = new ArrayList<>();
            for (AttributePath path : paths) {
                keys.add(key(path.get(item, null, budget), caseSensitive));
            }
            keyed.add(new Keyed(new ListValue(keys), item));
        }
        Comparator<Object> order = Order.ascending(budget);
        List<Object> sorted = ContainerMethods.sorted(
                keyed, (left, right) -> order.compare(((Keyed) left).key, ((Keyed) right).key), reverse);
        return sorted.stream().map(entry -> ((Keyed) entry).item).toList();
    }

    /// What a value is compared by.
    static Object key(Object value, boolean caseSensitive) {
        String text = caseSensitive ? null : Types.text(value);
        return text == null ? value : Text.lower(text);
    }

    private static Object extreme(
            Rendering rendering, Object value, Arguments arguments, String name, boolean largest) {
        Arguments.Bound bound = arguments.bind("the filter '" + name + "'", 0, "case_sensitive", "attribute");
        AttributePath path = AttributePath.of(bound.get(1, None.NONE));
        Budget budget = rendering.budget();
        Iterator<Object> items = Types.iterator(value, budget);
        if (!items.hasNext()) {
            return new Undefined("there is no aggregated item, the sequence is empty");
        }
        Object best = items.next();
        Object bestKey = key(path.get(best, null, budget), bound.truth(0));
        while (items.hasNext()) {
            Object item = items.next();
            Object key = key(path.get(item, null, budget), bound.truth(0));
            if (largest ? Order.less(bestKey, key, budget) : Order.less(key, bestKey, budget)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static Object sum(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'sum'", 0, "attribute", "start");
        AttributePath path = AttributePath.of(bound.get(0, None.NONE));
        Budget budget = rendering.budget();
        Object sum = bound.get(1, 0L);
        if (Types.text(sum) != null) {
            throw new Failure("the filter 'sum' does not join strings, use 'join'");
        }
        Iterator<Object> items = Types.iterator(value, budget);
        while (items.hasNext()) {
            budget.step();
            sum = Arithmetic.ADD.apply(sum, path.get(items.next(), null, budget), budget);
        }
        return sum;
    }

    private static Object group(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'groupby'", 1, "attribute", "default", "case_sensitive");
        AttributePath path = AttributePath.of(bound.get(0));
        Object given = bound.get(1, None.NONE);
        Object otherwise = given == None.NONE ? null : given;
        boolean caseSensitive = bound.truth(2);
        Budget budget = rendering.budget();
        List<Object> keyed = new ArrayList<>();
        for (Object item : Types.collect(value, budget)) {
            keyed.add(new Keyed(key(path.get(item, otherwise, budget), caseSensitive), item));
        }
        Comparator<Object> order = Order.ascending(budget);
        List<Object> sorted = ContainerMethods.sorted(
                keyed, (left, right) -> order.compare(((Keyed) left).key, ((Keyed) right).key), false);
        List<Object> groups = new ArrayList<>();
        int start = 0;
        for (int end = 1; end <= sorted.size(); end++) {
            Object key = ((Keyed) sorted.get(start)).key;
            if (end == sorted.size() || !Order.equal(key, ((Keyed) sorted.get(end)).key, budget)) {
                List<Object> members = sorted.subList(start, end).stream()
                        .map(entry -> ((Keyed) entry).item)
                        .toList();
                Object title = path.get(members.getFirst(), otherwise, budget);
                groups.add(new TupleValue(List.of(title, new ListValue(members)), List.of("grouper", "list")));
                start = end;
            }
        }
        return new ListValue(groups);
    }

    private static Object batch(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'batch'", 1, "linecount", "fill_with");
        return Generator.deferred(() -> batches(rendering, value, bound).iterator());
    }

    private static List<Object> batches(Rendering rendering, Object value, Arguments.Bound bound) {
        long size = bound.integer(0, 0);
        Object filler = bound.get(1, None.NONE);
        List<Object> batches = new ArrayList<>();
        ListValue batch = new ListValue(List.of());
        for (Object item : Types.collect(value, rendering.budget())) {
            if (batch.items().size() == size) {
                batches.add(batch);
                batch = new ListValue(List.of());
            }
            batch.items().add(item);
        }
        if (!batch.items().isEmpty()) {
            if (filler != None.NONE && batch.items().size() < size) {
                rendering.budget().items(size);
                batch.items()
                        .addAll(Collections.nCopies((int) size - batch.items().size(), filler));
            }
            batches.add(batch);
        }
        return batches;
    }

    private static Object slice(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'slice'", 1, "slices", "fill_with");
        return Generator.deferred(() -> slices(rendering, value, bound).iterator());
    }

    private static List<Object> slices(Rendering rendering, Object value, Arguments.Bound bound) {
        long count = bound.integer(0, 0);
        Object filler = bound.get(1, None.NONE);
        if (count == 0) {
            throw new Failure("division by zero");
        }
        List<Object> items = Types.collect(value, rendering.budget());
        rendering.budget().items(Math.max(0, count));
        List<Object> slices = new ArrayList<>();
        int start = 0;
        for (long i = 0; i < count; i++) {
            boolean longer = i < items.size() % count;
            int end = (int) (start + items.size() / count + (longer ? 1 : 0));
            ListValue slice = new ListValue(items.subList(start, end));
            if (filler != None.NONE && !longer) {
                slice.items().add(filler);
            }
            slices.add(slice);
            start = end;
        }
        return slices;
    }
}

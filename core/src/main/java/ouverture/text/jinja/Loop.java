package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `loop` of a `for` block: where it stands, and what comes before and after.
final class Loop implements Callable {
    /// Renders the loop's body once more over other items, for `loop(items)`.
    interface Recursion {
        Object render(Object items, int depth);
    }

    private final Object iterable;
    private final @Nullable Recursion recursion;
    private final int depth;
    private final Budget budget;
    private Iterator<Object> iterator;
    private long index = -1;
    private int length = -1;
    private @Nullable Object previous;
    private @Nullable Object current;
    private @Nullable Object peeked;
    private @Nullable TupleValue lastChanged;

    /// @param recursion absent unless the block is marked `recursive`
    /// @param depth 1 for the outermost loop
    Loop(Object iterable, @Nullable Recursion recursion, int depth, Budget budget) {
        this.iterable = iterable;
        this.recursion = recursion;
        this.depth = depth;
        this.budget = budget;
        this.iterator = Types.iterator(iterable, budget);
    }

    /// Moves to the next item, or returns null at the end.
    @Nullable
    Object next() {
        Object next = peek();
        if (next != null) {
            peeked = null;
            index++;
            previous = current;
            current = next;
        }
        return next;
    }

    private @Nullable Object peek() {
        if (peeked == null && iterator.hasNext()) {
            budget.step();
            peeked = iterator.next();
        }
        return peeked;
    }

    /// How many items there are; of a generator, by taking the rest of them.
    int length() {
        if (length < 0) {
            length = iterable instanceof Generator ? takeRest() : (int) Types.length(iterable, budget);
        }
        return length;
    }

    private int takeRest() {
        List<Object> rest = new ArrayList<>();
        while (iterator.hasNext()) {
            budget.step();
            rest.add(iterator.next());
        }
        iterator = rest.iterator();
        return (int) (index + 1 + rest.size() + (peeked == null ? 0 : 1));
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1;
            case "index0" -> index;
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index - 1;
            case "first" -> index == 0;
            case "last" -> peek() == null;
            case "length" -> (long) length();
            case "depth" -> (long) depth;
            case "depth0" -> depth - 1L;
            case "previtem" -> previous == null ? new Undefined("there is no previous item") : previous;
            case "nextitem" -> {
                Object next = peek();
                yield next == null ? new Undefined("there is no next item") : next;
            }
            case "cycle" -> new Function(name, (_, arguments) -> cycle(arguments));
            case "changed" -> new Function(name, (_, arguments) -> changed(arguments));
            default -> null;
        };
    }

    private Object cycle(Arguments arguments) {
        List<Object> items = arguments.positional();
        if (items.isEmpty() || !arguments.named().isEmpty()) {
            throw new Failure("loop.cycle() needs items to go through, without names");
        }
        return items.get((int) (index % items.size()));
    }

    private boolean changed(Arguments arguments) {
        TupleValue value = new TupleValue(arguments.positional());
        boolean changed = lastChanged == null || !Order.equal(lastChanged, value, budget);
        lastChanged = value;
        return changed;
    }

    @Override
    public Object call(Rendering rendering, Arguments arguments) {
        if (recursion == null) {
            throw new Failure("loop() can be called only in a loop that is marked 'recursive'");
        }
        return recursion.render(arguments.bind("loop()", 1, "iterable").get(0), depth + 1);
    }

    @Override
    public String description() {
        return "<LoopContext " + (index + 1) + "/" + length() + ">";
    }
}

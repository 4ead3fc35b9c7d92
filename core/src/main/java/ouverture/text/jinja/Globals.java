package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.List;

/// The functions every template sees.
final class Globals {
    private Globals() {}

    static void addTo(Scope scope) {
        add(scope, "range", Globals::range);
        add(scope, "dict", (rendering, arguments) -> dictionary("dict", rendering, arguments));
        add(scope, "namespace", (rendering, arguments) -> new Namespace(dictionary("namespace", rendering, arguments)));
        add(scope, "cycler", (_, arguments) -> {
            new Arguments(List.of(), arguments.named()).none("cycler()");
            return new Cycler(arguments.positional());
        });
        add(scope, "joiner", Globals::joiner);
        add(scope, "raise_exception", (rendering, arguments) -> {
            throw Failure.refusal(rendering.string(
                    arguments.bind("raise_exception()", 1, "message").get(0)));
        });
        add(scope, "strftime_now", (rendering, arguments) -> {
            String format = arguments.bind("strftime_now()", 1, "format").requiredText(0);
            rendering.budget().text(8L * format.length());
            return TimeFormat.format(rendering.now(), format);
        });
    }

    private static void add(Scope scope, String name, Function.Body body) {
        scope.set(name, new Function(name, body));
    }

    private static Object range(Rendering rendering, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("range()", 1, "start", "stop", "step");
        long first = bound.integer(0, 0);
        RangeValue range = bound.has(1)
                ? new RangeValue(first, bound.integer(1, 0), bound.integer(2, 1))
                : new RangeValue(0, first, 1);
        rendering.budget().range(range.length());
        return range;
    }

    private static DictValue dictionary(String function, Rendering rendering, Arguments arguments) {
        DictValue dict = new DictValue();
        List<Object> positional = arguments.positional();
        if (positional.size() > 1) {
            throw new Failure(function + "() takes at most one argument by place");
        }
        if (!positional.isEmpty() && positional.getFirst() instanceof DictValue other) {
            rendering.budget().items(other.size());
            dict.putAll(other);
        } else if (!positional.isEmpty()) {
            for (Object pair : Types.collect(positional.getFirst(), rendering.budget())) {
                List<Object> items = Types.collect(pair, rendering.budget());
                if (items.size() != 2) {
                    throw new Failure(function + "() needs a mapping or pairs");
                }
                dict.put(items.get(0), items.get(1));
            }
        }
        arguments.named().forEach(dict::put);
        return dict;
    }

    /// A function that gives nothing at its first call and the separator from then on.
    private static Object joiner(Rendering rendering, Arguments arguments) {
        Object separator = arguments.bind("joiner()", 0, "sep").get(0, ", ");
        List<Object> answers = new ArrayList<>(List.of(""));
        return new Function("joiner", (_, none) -> {
            none.none("a joiner");
            return answers.isEmpty() ? separator : answers.removeFirst();
        });
    }
}

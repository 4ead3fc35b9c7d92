package ouverture.text.jinja;

import java.util.HashMap;
import java.util.Map;
import ouverture.text.jinja.Expression.Relation;

/// What stands behind `is`.
final class Tests {
    static final Map<String, Test> ALL;

    static {
        Map<String, Test> tests = new HashMap<>();
        types(tests);
        values(tests);
        relation(tests, Relation.EQUAL, "==", "eq", "equalto");
        relation(tests, Relation.UNEQUAL, "!=", "ne");
        relation(tests, Relation.GREATER, ">", "gt", "greaterthan");
        relation(tests, Relation.GREATER_OR_EQUAL, ">=", "ge");
        relation(tests, Relation.LESS, "<", "lt", "lessthan");
        relation(tests, Relation.LESS_OR_EQUAL, "<=", "le");
        relation(tests, Relation.IN, "in");
        ALL = Map.copyOf(tests);
    }

    private Tests() {}

    interface Test {
        boolean holds(Rendering rendering, Object value, Arguments arguments);
    }

    static Failure unknown(String name) {
        return new Failure("there is no test named '" + name + "'");
    }

    private interface Predicate {
        boolean of(Object value);
    }

    private static void plain(Map<String, Test> tests, String name, Predicate predicate) {
        tests.put(name, (_, value, arguments) -> {
            arguments.none("the test '" + name + "'");
            return predicate.of(value);
        });
    }

    private static void types(Map<String, Test> tests) {
        plain(tests, "defined", value -> !(value instanceof Undefined));
        plain(tests, "undefined", value -> value instanceof Undefined);
        plain(tests, "none", value -> value == None.NONE);
        plain(tests, "boolean", value -> value instanceof Boolean);
        plain(tests, "true", value -> value instanceof Boolean truth && truth);
        plain(tests, "false", value -> value instanceof Boolean truth && !truth);
        plain(tests, "integer", value -> value instanceof Long);
        plain(tests, "float", value -> value instanceof Double);
        plain(tests, "number", value -> value instanceof Long || value instanceof Double || value instanceof Boolean);
        plain(tests, "string", value -> Types.text(value) != null);
        plain(tests, "mapping", value -> value instanceof DictValue);
        plain(tests, "sequence", Tests::isSequence);
        plain(tests, "iterable", value -> Types.isIterable(value) || value instanceof Loop);
        plain(tests, "callable", Types::isCallable);
        plain(tests, "escaped", value -> value instanceof Markup);
    }

    /// What has a length and items: mappings too, views of them not.
    private static boolean isSequence(Object value) {
        return Types.isIterable(value) && !(value instanceof Generator || value instanceof DictView);
    }

    private static void values(Map<String, Test> tests) {
        tests.put("odd", (rendering, value, arguments) -> remainder(rendering, value, arguments, "odd", 2L, 1L));
        tests.put("even", (rendering, value, arguments) -> remainder(rendering, value, arguments, "even", 2L, 0L));
        tests.put("divisibleby", (rendering, value, arguments) -> {
            Object divisor = arguments.bind("the test 'divisibleby'", 1, "num").get(0);
            return remainder(rendering, value, Arguments.NONE, "divisibleby", divisor, 0L);
        });
        tests.put("lower", (rendering, value, arguments) -> {
            arguments.none("the test 'lower'");
            return StringPredicates.isLower(rendering.string(value));
        });
        tests.put("upper", (rendering, value, arguments) -> {
            arguments.none("the test 'upper'");
            return StringPredicates.isUpper(rendering.string(value));
        });
        tests.put("sameas", (rendering, value, arguments) -> {
            Object other = arguments.bind("the test 'sameas'", 1, "other").get(0);
            boolean scalar = value instanceof Long || value instanceof String || value instanceof Boolean;
            return scalar ? value.equals(other) : Types.same(value, other);
        });
        tests.put("filter", (rendering, value, arguments) -> Filters.ALL.containsKey(rendering.string(value)));
        tests.put("test", (rendering, value, arguments) -> ALL.containsKey(rendering.string(value)));
    }

    private static boolean remainder(
            Rendering rendering, Object value, Arguments arguments, String name, Object divisor, Object expected) {
        arguments.none("the test '" + name + "'");
        Object remainder = Arithmetic.REMAINDER.apply(value, divisor, rendering.budget());
        return Order.equal(remainder, expected, rendering.budget());
    }

    private static void relation(Map<String, Test> tests, Relation relation, String... names) {
        for (String name : names) {
            tests.put(name, (rendering, value, arguments) -> {
                Object other =
                        arguments.bind("the test '" + name + "'", 1, "other").get(0);
                return Order.holds(relation, value, other, rendering.budget());
            });
        }
    }
}

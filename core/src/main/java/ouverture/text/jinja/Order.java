package ouverture.text.jinja;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's comparisons: equality of everything, order of numbers, strings and sequences, membership.
final class Order {
    private Order() {}

    static boolean holds(Expression.Relation relation, Object left, Object right, Budget budget) {
        return switch (relation) {
            case EQUAL -> equal(left, right, budget);
            case UNEQUAL -> !equal(left, right, budget);
            case LESS -> less(left, right, budget);
            case GREATER -> less(right, left, budget);
            case LESS_OR_EQUAL -> lessOrEqual(left, right, budget);
            case GREATER_OR_EQUAL -> lessOrEqual(right, left, budget);
            case IN -> contains(right, left, budget);
            case NOT_IN -> !contains(right, left, budget);
        };
    }

    static boolean equal(Object left, Object right, Budget budget) {
        budget.step();
        Object number = number(left);
        Object other = number(right);
        if (number != null && other != null) {
            return compareNumbers(number, other) == 0;
        }
        String text = Types.text(left);
        if (text != null) {
            return text.equals(Types.text(right));
        }
        budget.enter();
        boolean equal = switch (left) {
            case ListValue list ->
                right instanceof ListValue other2 && equalItems(list.items(), other2.items(), budget);
            case TupleValue tuple ->
                right instanceof TupleValue other2 && equalItems(tuple.items(), other2.items(), budget);
            case RangeValue range ->
                right instanceof RangeValue other2 && equalItems(range.items(), other2.items(), budget);
            case DictValue dict -> right instanceof DictValue other2 && equalEntries(dict, other2, budget);
            case DictView view ->
                right instanceof DictView other2
                        && view.kind() != DictView.Kind.VALUES
                        && view.kind() == other2.kind()
                        && equalEntries(view.dict(), other2.dict(), budget);
            case Undefined _ -> right instanceof Undefined;
            default -> Types.same(left, right);
        };
        budget.leave();
        return equal;
    }

    private static boolean equalItems(List<Object> left, List<Object> right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<Object> others = right.iterator();
        for (Object item : left) {
            if (!equal(item, others.next(), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalEntries(DictValue left, DictValue right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        for (DictValue.Entry entry : left.entries()) {
            Object other = right.get(entry.key());
            if (other == null || !equal(entry.value(), other, budget)) {
                return false;
            }
        }
        return true;
    }

    /// A Long or Double for a number or truth value, else null.
    private static @Nullable Object number(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth ? 1L : 0L;
            default -> null;
        };
    }

    /// @return negative, 0 or positive; 2 if one of them is not a number, so that nothing holds of them
    private static int compareNumbers(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        double a = ((Number) left).doubleValue();
        double b = ((Number) right).doubleValue();
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return UNORDERED;
        }
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return Double.compare(a, b);
        }
        return exact(left).compareTo(exact(right));
    }

    private static final int UNORDERED = 2;

    private static BigDecimal exact(Object number) {
        return number instanceof Long integer ? BigDecimal.valueOf(integer) : new BigDecimal((Double) number);
    }

    static boolean less(Object left, Object right, Budget budget) {
        return compare(left, right, "<", budget) < 0;
    }

    private static boolean lessOrEqual(Object left, Object right, Budget budget) {
        return compare(left, right, "<=", budget) <= 0;
    }

    /// @return negative, 0, positive, or [#UNORDERED]
    private static int compare(Object left, Object right, String sign, Budget budget) {
        budget.step();
        Object number = number(left);
        Object other = number(right);
        if (number != null && other != null) {
            return compareNumbers(number, other);
        }
        String text = Types.text(left);
        String otherText = Types.text(right);
        if (text != null && otherText != null) {
            return compareTexts(text, otherText);
        }
        boolean lists = left instanceof ListValue && right instanceof ListValue;
        boolean tuples = left instanceof TupleValue && right instanceof TupleValue;
        List<Object> items = Types.items(left);
        List<Object> others = Types.items(right);
        if ((lists || tuples) && items != null && others != null) {
            budget.enter();
            int order = compareItems(items, others, sign, budget);
            budget.leave();
            return order;
        }
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw new Failure("'" + sign + "' does not compare a value of type " + Types.name(left) + " with one of type "
                + Types.name(right));
    }

    private static int compareItems(List<Object> left, List<Object> right, String sign, Budget budget) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return compare(left.get(i), right.get(i), sign, budget);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /// By code points; Java's own order differs beyond the basic plane.
    private static int compareTexts(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
                return surrogates ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /// For sorting; fails on values without an order.
    static Comparator<Object> ascending(Budget budget) {
        return (left, right) -> {
            int order = compare(left, right, "<", budget);
            return order == UNORDERED ? 0 : order;
        };
    }

    /// Python's `item in container`.
    static boolean contains(Object container, Object item, Budget budget) {
        String text = Types.text(container);
        if (text != null) {
            String needle = Types.text(item);
            if (needle == null) {
                throw new Failure("'in' looks for a string in a string, not for a value of type " + Types.name(item));
            }
            budget.scan((long) text.length() + needle.length());
            return Text.indexOf(text, needle, 0) >= 0;
        }
        return switch (container) {
            case DictValue dict -> dict.get(item) != null;
            case DictView view
            when view.kind() == DictView.Kind.KEYS -> view.dict().get(item) != null;
            default -> {
                Iterator<Object> items = Types.iterator(container, budget);
                while (items.hasNext()) {
                    if (equal(items.next(), item, budget)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }
}

package ouverture.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's binary operators on numbers, strings and lists.
enum Arithmetic {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    REMAINDER("%"),
    POWER("**");

    private final String sign;

    Arithmetic(String sign) {
        this.sign = sign;
    }

    static Arithmetic of(String sign) {
        for (Arithmetic operator : values()) {
            if (operator.sign.equals(sign)) {
                return operator;
            }
        }
        throw new IllegalArgumentException(sign);
    }

    Object apply(Object left, Object right, Budget budget) {
        if (this == REMAINDER && Types.text(left) != null) {
            return PercentFormat.format(left, right, budget);
        }
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Number a = number(left);
        Number b = number(right);
        if (a != null && b != null) {
            return a instanceof Long x && b instanceof Long y
                    ? integers(x, y)
                    : floats(a.doubleValue(), b.doubleValue());
        }
        Object joined = this == ADD ? join(left, right, budget) : this == MULTIPLY ? repeat(left, right, budget) : null;
        if (joined == null) {
            throw new Failure("'" + sign + "' does not work on values of types " + Types.name(left) + " and "
                    + Types.name(right));
        }
        return joined;
    }

    static Object negate(Object value) {
        return switch (number(value)) {
            case Long number -> exact(BigInteger.valueOf(number).negate());
            case Double number -> -number;
            case null, default -> throw sign(value, "-");
        };
    }

    static Object plus(Object value) {
        Number number = number(value);
        if (number == null) {
            throw sign(value, "+");
        }
        return number;
    }

    private static Failure sign(Object value, String sign) {
        return value instanceof Undefined undefined
                ? undefined.failure()
                : new Failure("a value of type " + Types.name(value) + " cannot have the sign " + sign);
    }

    private static @Nullable Number number(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth ? 1L : 0L;
            default -> null;
        };
    }

    private Object integers(long a, long b) {
        if (b == 0 && (this == DIVIDE || this == FLOOR_DIVIDE || this == REMAINDER)) {
            throw new Failure("division by zero");
        }
        return switch (this) {
            case ADD -> exact(BigInteger.valueOf(a).add(BigInteger.valueOf(b)));
            case SUBTRACT -> exact(BigInteger.valueOf(a).subtract(BigInteger.valueOf(b)));
            case MULTIPLY -> exact(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)));
            case DIVIDE -> (double) a / (double) b;
            case FLOOR_DIVIDE -> b == -1 ? negate(a) : (Object) Math.floorDiv(a, b);
            case REMAINDER -> Math.floorMod(a, b);
            case POWER -> b < 0 ? floats((double) a, (double) b) : (Object) power(a, b);
        };
    }

    private static long exact(BigInteger value) {
        return Numbers.exact(value);
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return exponent % 2 == 0 ? 1 : -1;
        }
        return exact(BigInteger.valueOf(base).pow((int) Math.min(exponent, 64)));
    }

    private Object floats(double a, double b) {
        boolean division = this == DIVIDE || this == FLOOR_DIVIDE || this == REMAINDER;
        if (b == 0 && division || this == POWER && a == 0 && b < 0) {
            throw new Failure("division by zero");
        }
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> floorDivide(a, b);
            case REMAINDER -> remainder(a, b);
            case POWER -> {
                double result = a == 1 ? 1 : Math.pow(a, b);
                if (Double.isNaN(result) && !Double.isNaN(a) && !Double.isNaN(b)) {
                    throw new Failure("a negative number has no power with a fraction");
                }
                if (Double.isInfinite(result) && Double.isFinite(a) && Double.isFinite(b)) {
                    throw new Failure("the result of '**' is too large");
                }
                yield result;
            }
        };
    }

    private static double remainder(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(0.0, b);
        }
        return (remainder < 0) == (b < 0) ? remainder : remainder + b;
    }

    private static double floorDivide(double a, double b) {
        double quotient = (a - remainder(a, b)) / b;
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static @Nullable Object join(Object left, Object right, Budget budget) {
        String a = Types.text(left);
        String b = Types.text(right);
        if (a != null && b != null) {
            budget.text((long) a.length() + b.length());
            return left instanceof Markup || right instanceof Markup
                    ? new Markup(escaped(left) + escaped(right))
                    : a + b;
        }
        if (left instanceof ListValue first && right instanceof ListValue second) {
            budget.items((long) first.items().size() + second.items().size());
            ListValue joined = new ListValue(first.items());
            joined.items().addAll(second.items());
            return joined;
        }
        if (left instanceof TupleValue first && right instanceof TupleValue second) {
            budget.items((long) first.items().size() + second.items().size());
            List<Object> joined = new ArrayList<>(first.items());
            joined.addAll(second.items());
            return new TupleValue(joined);
        }
        return null;
    }

    /// The text of a string as it goes into safe text.
    static String escaped(Object value) {
        return value instanceof Markup markup
                ? markup.text()
                : Markup.escape((String) value).text();
    }

    private static @Nullable Object repeat(Object left, Object right, Budget budget) {
        if (number(left) instanceof Long) {
            return number(right) == null ? repeat(right, left, budget) : null;
        }
        if (!(number(right) instanceof Long times)) {
            return null;
        }
        long count = Math.max(0, times);
        return switch (left) {
            case String text -> repeated(text, count, budget);
            case Markup markup -> new Markup(repeated(markup.text(), count, budget));
            case ListValue list -> new ListValue(repeated(list.items(), count, budget));
            case TupleValue tuple -> new TupleValue(repeated(tuple.items(), count, budget));
            default -> null;
        };
    }

    private static String repeated(String text, long count, Budget budget) {
        budget.text(product(text.length(), count));
        return text.isEmpty() ? "" : text.repeat((int) count);
    }

    private static List<Object> repeated(List<Object> items, long count, Budget budget) {
        budget.items(product(items.size(), count));
        List<Object> repeated = new ArrayList<>();
        for (long i = 0; i < count && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    private static long product(int size, long count) {
        return size == 0 ? 0 : count > Integer.MAX_VALUE ? Long.MAX_VALUE : size * count;
    }
}

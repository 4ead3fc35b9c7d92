package ouverture.constrain;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers within bounds, digit by digit and without exponents.
///
/// @param min null for none
/// @param isMinExcluded whether the number must be larger
/// @param max null for none
/// @param isMaxExcluded whether the number must be smaller
record NumberRanges(
        @Nullable BigDecimal min,
        boolean isMinExcluded,
        @Nullable BigDecimal max,
        boolean isMaxExcluded) {
    private static final Expression ANY_DIGIT = Expression.characters('0', '9');
    private static final Expression TAIL = new Expression.Repeat(ANY_DIGIT, 0, JsonRules.DIGITS);
    private static final Expression ZEROS = new Expression.Repeat(Expression.text("0"), 0, JsonRules.DIGITS);
    private static final Expression POSITIVE_TAIL = Expression.sequence(ZEROS, Expression.characters('1', '9'), TAIL);
    private static final Expression FRACTION = Expression.optional(
            Expression.sequence(Expression.text("."), new Expression.Repeat(ANY_DIGIT, 1, JsonRules.DIGITS)));
    private static final Expression NEVER = new Expression.Choice(List.of());

    boolean isUnbounded() {
        return min == null && max == null;
    }

    /// The smallest whole number, null for none.
    @Nullable
    BigInteger smallest() {
        if (min == null) {
            return null;
        }
        BigInteger rounded = min.setScale(0, RoundingMode.CEILING).toBigInteger();
        return isMinExcluded && min.compareTo(new BigDecimal(rounded)) == 0 ? rounded.add(BigInteger.ONE) : rounded;
    }

    /// The largest whole number, null for none.
    @Nullable
    BigInteger largest() {
        if (max == null) {
            return null;
        }
        BigInteger rounded = max.setScale(0, RoundingMode.FLOOR).toBigInteger();
        return isMaxExcluded && max.compareTo(new BigDecimal(rounded)) == 0
                ? rounded.subtract(BigInteger.ONE)
                : rounded;
    }

    /// Whole numbers.
    Expression integers() {
        BigInteger low = smallest();
        BigInteger high = largest();
        List<Expression> options = new ArrayList<>();
        if (low == null || low.signum() < 0) {
            BigInteger nearest = high == null || high.signum() >= 0 ? BigInteger.ONE : high.negate();
            BigInteger farthest = low == null ? limit(high) : low.negate();
            options.add(Expression.sequence(Expression.text("-"), natural(nearest, farthest)));
        }
        if (high == null || high.signum() >= 0) {
            BigInteger from = low == null || low.signum() < 0 ? BigInteger.ZERO : low;
            options.add(natural(from, high == null ? limit(low) : high));
        }
        return new Expression.Choice(options);
    }

    /// The largest number where there is no bound: a digit longer than the other bound.
    private static BigInteger limit(@Nullable BigInteger other) {
        int digits = other == null ? 0 : other.abs().toString().length() + 1;
        return BigInteger.TEN.pow(Math.max(digits, JsonRules.DIGITS)).subtract(BigInteger.ONE);
    }

    /// Numbers with a fraction or without.
    Expression decimals() {
        List<Expression> options = new ArrayList<>();
        if (min == null || min.signum() < 0) {
            BigDecimal farthest = min == null ? null : min.negate();
            Expression size = max != null && max.signum() <= 0
                    ? magnitude(max.negate(), isMaxExcluded, farthest, isMinExcluded)
                    : magnitude(BigDecimal.ZERO, false, farthest, isMinExcluded);
            options.add(Expression.sequence(Expression.text("-"), size));
        }
        if (max == null || max.signum() >= 0) {
            options.add(
                    min != null && min.signum() >= 0
                            ? magnitude(min, isMinExcluded, max, isMaxExcluded)
                            : magnitude(BigDecimal.ZERO, false, max, isMaxExcluded));
        }
        return new Expression.Choice(options);
    }

    /// Whole numbers from `low` to `high`, neither below zero.
    private static Expression natural(BigInteger low, BigInteger high) {
        List<Expression> options = new ArrayList<>();
        BigInteger from = low;
        while (from.compareTo(high) <= 0) {
            int digits = from.toString().length();
            BigInteger longest = BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
            options.add(between(from.toString(), longest.min(high).toString()));
            from = longest.add(BigInteger.ONE);
        }
        return new Expression.Choice(options);
    }

    /// Digits between two texts of the same length.
    private static Expression between(String low, String high) {
        if (low.equals(high)) {
            return Expression.text(low);
        }
        char first = low.charAt(0);
        char last = high.charAt(0);
        if (first == last) {
            return Expression.sequence(
                    Expression.text(low.substring(0, 1)), between(low.substring(1), high.substring(1)));
        }
        int rest = low.length() - 1;
        List<Expression> options = new ArrayList<>();
        boolean fromZeros = low.substring(1).matches("0*");
        boolean toNines = high.substring(1).matches("9*");
        if (!fromZeros) {
            options.add(Expression.sequence(
                    Expression.text(String.valueOf(first)), between(low.substring(1), "9".repeat(rest))));
        }
        char inner = (char) (fromZeros ? first : first + 1);
        char outer = (char) (toNines ? last : last - 1);
        if (inner <= outer) {
            options.add(Expression.sequence(
                    Expression.characters(inner, outer), new Expression.Repeat(ANY_DIGIT, rest, rest)));
        }
        if (!toNines) {
            options.add(Expression.sequence(
                    Expression.text(String.valueOf(last)), between("0".repeat(rest), high.substring(1))));
        }
        return new Expression.Choice(options);
    }

    private static Expression magnitude(
            BigDecimal low, boolean isLowExcluded, @Nullable BigDecimal high, boolean isHighExcluded) {
        BigInteger whole = low.toBigInteger();
        String fraction = fraction(low);
        List<Expression> options = new ArrayList<>();
        if (high == null) {
            options.add(Expression.sequence(Expression.text(whole.toString()), atLeast(fraction, isLowExcluded)));
            options.add(Expression.sequence(natural(whole.add(BigInteger.ONE), limit(whole)), FRACTION));
            return new Expression.Choice(options);
        }
        BigInteger highWhole = high.toBigInteger();
        String highFraction = fraction(high);
        int order = whole.compareTo(highWhole);
        if (order == 0) {
            options.add(Expression.sequence(
                    Expression.text(whole.toString()), within(fraction, isLowExcluded, highFraction, isHighExcluded)));
        } else if (order < 0) {
            options.add(Expression.sequence(Expression.text(whole.toString()), atLeast(fraction, isLowExcluded)));
            options.add(Expression.sequence(
                    natural(whole.add(BigInteger.ONE), highWhole.subtract(BigInteger.ONE)), FRACTION));
            options.add(
                    Expression.sequence(Expression.text(highWhole.toString()), atMost(highFraction, isHighExcluded)));
        }
        return new Expression.Choice(options);
    }

    /// Digits behind the point, without zeros at the end.
    private static String fraction(BigDecimal value) {
        String digits = value.remainder(BigDecimal.ONE).stripTrailingZeros().toPlainString();
        int point = digits.indexOf('.');
        return point < 0 ? "" : digits.substring(point + 1);
    }

    private static Expression atLeast(String digits, boolean isExcluded) {
        if (digits.isEmpty()) {
            return isExcluded ? Expression.sequence(Expression.text("."), POSITIVE_TAIL) : FRACTION;
        }
        return Expression.sequence(Expression.text("."), tailAtLeast(digits, isExcluded));
    }

    /// Digits that make at least so much, none of them there yet.
    private static Expression tailAtLeast(String digits, boolean isExcluded) {
        if (digits.isEmpty()) {
            return isExcluded ? POSITIVE_TAIL : TAIL;
        }
        return Expression.choice(
                larger(digits.charAt(0)),
                Expression.sequence(
                        Expression.text(digits.substring(0, 1)), tailAtLeast(digits.substring(1), isExcluded)));
    }

    private static Expression larger(char digit) {
        return digit == '9' ? NEVER : Expression.sequence(Expression.characters(digit + 1, '9'), TAIL);
    }

    private static Expression smaller(char digit) {
        return digit == '0' ? NEVER : Expression.sequence(Expression.characters('0', digit - 1), TAIL);
    }

    private static Expression atMost(String digits, boolean isExcluded) {
        if (digits.isEmpty()) {
            return isExcluded
                    ? NEVER
                    : Expression.optional(Expression.sequence(Expression.text("."), Expression.text("0"), ZEROS));
        }
        return Expression.optional(Expression.sequence(Expression.text("."), tailAtMost(digits, isExcluded)));
    }

    /// At least one digit, at most so much.
    private static Expression tailAtMost(String digits, boolean isExcluded) {
        return Expression.choice(
                smaller(digits.charAt(0)),
                Expression.sequence(
                        Expression.text(digits.substring(0, 1)), restAtMost(digits.substring(1), isExcluded)));
    }

    /// Digits after ones that are as large as they may be.
    private static Expression restAtMost(String digits, boolean isExcluded) {
        if (digits.isEmpty()) {
            return isExcluded ? NEVER : ZEROS;
        }
        return Expression.optional(tailAtMost(digits, isExcluded));
    }

    /// A fraction between two others.
    private static Expression within(String low, boolean isLowExcluded, String high, boolean isHighExcluded) {
        int length = Math.max(low.length(), high.length());
        String from = low + "0".repeat(length - low.length());
        String to = high + "0".repeat(length - high.length());
        int order = from.compareTo(to);
        if (order > 0 || order == 0 && (isLowExcluded || isHighExcluded)) {
            return NEVER;
        }
        if (order == 0) {
            return low.isEmpty() ? atMost("", false) : Expression.sequence(Expression.text("." + low), ZEROS);
        }
        Expression digits = within(from, isLowExcluded, to, isHighExcluded, 0);
        Expression point = Expression.sequence(Expression.text("."), digits);
        return low.isEmpty() && !isLowExcluded ? Expression.optional(point) : point;
    }

    /// Digits from a place on, before which both bounds are the same.
    private static Expression within(String low, boolean isLowExcluded, String high, boolean isHighExcluded, int at) {
        List<Expression> options = new ArrayList<>();
        char first = low.charAt(at);
        char last = high.charAt(at);
        if (at > 0 && !isLowExcluded && low.substring(at).matches("0*")) {
            options.add(Expression.NOTHING);
        }
        Expression same = Expression.text(String.valueOf(first));
        if (first == last) {
            options.add(Expression.sequence(same, within(low, isLowExcluded, high, isHighExcluded, at + 1)));
        } else {
            options.add(Expression.sequence(same, tailAtLeast(stripped(low.substring(at + 1)), isLowExcluded)));
            if (first + 1 < last) {
                options.add(Expression.sequence(Expression.characters(first + 1, last - 1), TAIL));
            }
            options.add(Expression.sequence(
                    Expression.text(String.valueOf(last)),
                    restAtMost(stripped(high.substring(at + 1)), isHighExcluded)));
        }
        return new Expression.Choice(options);
    }

    private static String stripped(String digits) {
        return digits.replaceFirst("0+$", "");
    }
}

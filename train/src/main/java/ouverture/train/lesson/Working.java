package ouverture.train.lesson;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.StringJoiner;
import ouverture.Reasoning;

/// Calculations as they are thought of, digit by digit from the last one on. Low: what comes of each digit.
/// Medium, and where no level is set: each step in full. High: the same with a proof, and now and then a slip
/// that is put right at once.
///
/// Low: `478+85: 13 16 5 =563`. Others: `478+85: 8+5=13 7+8+1=16 4+0+1=5 =563`; `503-478: 13-8-0=5 10-7-1=2
/// 5-4-1=0 =25` (what is borrowed is read with the digit, and paid back in the next column); `347*6: 7*6=42
/// 4*6+4=28 3*6+2=20 =2082`; `952/4: 9/4=2 r9-8=1 15/4=3 r15-12=3 32/4=8 r32-32=0 =238`.
final class Working {
    private final Reasoning.Level level;
    private final Language language;
    private final List<String> lines = new ArrayList<>();
    private final IdentityHashMap<BigDecimal, Expression> expressions = new IdentityHashMap<>();
    private String proof = "";
    private boolean proving;
    private int stepsUntilSlip;

    /// How a result is found.
    ///
    /// @param isSum whether it is a sum or difference, which is put into brackets where it is multiplied
    private record Expression(String text, boolean isSum) {
        String factor() {
            return isSum ? "(" + text + ")" : text;
        }
    }

    /// @param stepsUntilSlip number of digits that are worked on before one is slipped on
    Working(Reasoning.Level level, Language language, int stepsUntilSlip) {
        this.level = level;
        this.language = language;
        this.stepsUntilSlip = stepsUntilSlip;
    }

    /// Notes something.
    Working say(String line) {
        lines.add(line);
        return this;
    }

    /// All of it.
    String text() {
        List<String> all = new ArrayList<>(lines);
        if (level == Reasoning.Level.HIGH && !proof.isEmpty()) {
            all.add(language.proof() + ": " + proof);
        }
        return String.join(inDetail() ? "\n" : "; ", all);
    }

    /// All of it, after a line that says how the result is found: with the numbers of the question, while they
    /// are near.
    ///
    /// @param result that this has calculated
    /// @param more numbers that are needed, or nothing
    String text(BigDecimal result, String more) {
        lines.addFirst(expression(result).text + more);
        return text();
    }

    private boolean inDetail() {
        return level != Reasoning.Level.OFF && level != Reasoning.Level.LOW;
    }

    private Expression expression(BigDecimal value) {
        Expression known = expressions.get(value);
        return known == null ? new Expression(shown(value), false) : known;
    }

    /// Remembers how a result is found; as an object of its own, since small numbers are shared otherwise.
    private BigDecimal found(BigDecimal value, Expression expression) {
        BigDecimal result = new BigDecimal(value.unscaledValue(), value.scale());
        expressions.put(result, expression);
        return result;
    }

    private Expression sum(BigDecimal a, String sign, BigDecimal b) {
        return new Expression(expression(a).text + sign + expression(b).text, true);
    }

    private String shown(BigDecimal value) {
        return language.number(value);
    }

    /// A step on digits, with the slip if it is its turn.
    private String step(String left, long value) {
        if (!inDetail()) {
            return String.valueOf(value);
        }
        String right = left + "=" + value;
        return stepsUntilSlip-- == 0 ? left + "=" + (value + 1) + " " + language.no() + ": " + right : right;
    }

    BigDecimal add(BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        BigDecimal sum = a.add(b).setScale(scale);
        String name = shown(a) + "+" + shown(b);
        if (isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(sum));
        } else {
            lines.add(name + padded(a, "+", b, scale) + ": " + additions(unscaled(a, scale), unscaled(b, scale)) + " ="
                    + shown(sum));
        }
        prove(() -> subtract(sum, b));
        return found(sum, sum(a, "+", b));
    }

    /// @param a at least `b`
    BigDecimal subtract(BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        BigDecimal difference = a.subtract(b).setScale(scale);
        String name = shown(a) + "-" + shown(b);
        if (isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(difference));
        } else {
            lines.add(name + padded(a, "-", b, scale) + ": " + subtractions(unscaled(a, scale), unscaled(b, scale))
                    + " =" + shown(difference));
        }
        prove(() -> add(difference, b));
        return found(difference, sum(a, "-", b));
    }

    /// The same with as many decimals in each number, where they differ.
    private String padded(BigDecimal a, String sign, BigDecimal b, int scale) {
        boolean alike = Math.max(a.scale(), 0) == scale && Math.max(b.scale(), 0) == scale;
        return alike ? "" : "=" + shown(a.setScale(scale)) + sign + shown(b.setScale(scale));
    }

    BigDecimal multiply(BigDecimal a, BigDecimal b) {
        BigDecimal product = a.multiply(b);
        BigDecimal exact =
                product.scale() > 2 && product.stripTrailingZeros().scale() <= 2 ? product.setScale(2) : product;
        String name = shown(a) + "*" + shown(b);
        boolean tens = isPowerOfTen(a) || isPowerOfTen(b);
        if (tens || isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(exact));
        } else if (a.scale() <= 0 && b.scale() <= 0) {
            multiply(a.longValueExact(), b.longValueExact());
        } else {
            lines.add(name + ":");
            multiply(digits(a), digits(b));
            lines.add(name + "=" + shown(exact));
        }
        if (!tens) {
            proof = byNines(digits(a), digits(b));
        }
        return found(
                exact,
                new Expression(expression(a).factor() + "*" + expression(b).factor(), false));
    }

    /// The number without its decimal mark, and without noughts at the end of its decimals.
    private static long digits(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() > 0 ? stripped.unscaledValue().longValueExact() : stripped.longValueExact();
    }

    /// Moves the decimal mark: to the right, or to the left where `places` is negative.
    BigDecimal shift(BigDecimal value, int places) {
        BigDecimal moved = value.movePointRight(places).stripTrailingZeros();
        BigDecimal result = moved.scale() < 0 ? moved.setScale(0) : moved;
        String factor = "1" + "0".repeat(Math.abs(places));
        int decimals = Math.max(value.scale(), 0);
        String name = shown(value) + (places < 0 ? "/" : "*") + factor;
        String count = decimals + (places < 0 ? "+" : "-") + Math.abs(places) + "=" + (decimals - places);
        lines.add(name + ": " + count + " " + value.unscaledValue() + " =" + shown(result));
        return result;
    }

    BigDecimal multiply(BigDecimal a, long b) {
        return multiply(a, BigDecimal.valueOf(b));
    }

    /// Divides what can be divided.
    ///
    /// @return the quotient, with the decimals of `a`
    BigDecimal divide(BigDecimal a, long b) {
        BigDecimal quotient = a.divide(BigDecimal.valueOf(b), a.scale(), RoundingMode.UNNECESSARY);
        divide(shown(a) + "/" + b, a.unscaledValue().longValueExact(), b, shown(quotient));
        prove(() -> multiply(quotient, b));
        return found(quotient, new Expression(expression(a).factor() + "/" + b, false));
    }

    /// Divides whole numbers.
    ///
    /// @return the whole quotient; the rest is noted as `r`
    long divideWithRest(long a, long b) {
        divide(a + "/" + b, a, b, a / b + " r" + a % b);
        return a / b;
    }

    /// Rounds half up, as amounts are.
    BigDecimal round(BigDecimal value, int decimals) {
        BigDecimal rounded = value.setScale(decimals, RoundingMode.HALF_UP);
        if (value.scale() > decimals) {
            lines.add(rounding(value, rounded));
        }
        return expressions.containsKey(value) ? found(rounded, expression(value)) : rounded;
    }

    /// The digit that decides, and what it does to those before it: `7>=5: 479+1=480 -> 48.0`.
    private String rounding(BigDecimal value, BigDecimal rounded) {
        BigDecimal shifted = value.movePointRight(rounded.scale());
        long kept = shifted.longValue();
        int next = shifted.movePointRight(1).toBigInteger().mod(BigInteger.TEN).intValue();
        String up = next < 5 ? "<5" : ">=5: " + kept + "+1=" + (kept + 1);
        return shown(value) + ": " + next + up + " -> " + shown(rounded);
    }

    private void prove(Runnable inverse) {
        if (!proving && level == Reasoning.Level.HIGH) {
            proving = true;
            int kept = stepsUntilSlip;
            stepsUntilSlip = Integer.MAX_VALUE;
            int before = lines.size();
            inverse.run();
            List<String> added = lines.subList(before, lines.size());
            proof = String.join("; ", added);
            added.clear();
            stepsUntilSlip = kept;
            proving = false;
        }
    }

    private static boolean isSmall(BigDecimal value) {
        return value.scale() <= 0 && value.abs().compareTo(BigDecimal.TEN) < 0;
    }

    private static boolean isPowerOfTen(BigDecimal value) {
        return value.signum() > 0 && value.stripTrailingZeros().unscaledValue().longValueExact() == 1;
    }

    private static long unscaled(BigDecimal value, int scale) {
        return value.setScale(scale).unscaledValue().longValueExact();
    }

    private String additions(long a, long b) {
        StringJoiner steps = new StringJoiner(" ");
        long carry = 0;
        do {
            long sum = a % 10 + b % 10 + carry;
            steps.add(step(a % 10 + "+" + b % 10 + (carry > 0 ? "+" + carry : ""), sum));
            carry = sum / 10;
            a /= 10;
            b /= 10;
        } while (a > 0 || b > 0);
        return steps.toString();
    }

    private String subtractions(long a, long b) {
        StringJoiner steps = new StringJoiner(" ");
        long borrowed = 0;
        do {
            long top = a % 10;
            long bottom = b % 10;
            boolean borrows = top - bottom - borrowed < 0;
            long read = borrows ? top + 10 : top;
            steps.add(step(read + "-" + bottom + "-" + borrowed, read - bottom - borrowed));
            borrowed = borrows ? 1 : 0;
            a /= 10;
            b /= 10;
        } while (a > 0);
        return steps.toString();
    }

    private void multiply(long a, long b) {
        long many = factors(a) < factors(b) ? b : a;
        long few = many == a ? b : a;
        long sum = 0;
        long place = 1;
        for (long rest = few; rest > 0; rest /= 10, place *= 10) {
            long digit = rest % 10;
            if (digit > 0) {
                long product = many * digit * place;
                String steps = digit == 1 ? "" : ": " + products(many, digit) + " ";
                lines.add(many + "*" + digit * place + steps + "=" + product);
                if (sum > 0) {
                    lines.add(sum + "+" + product + ": " + additions(sum, product) + " =" + (sum + product));
                }
                sum += product;
            }
        }
        if (few == 0) {
            lines.add(many + "*0=0");
        }
    }

    /// Digits of a factor that are multiplied with.
    private static long factors(long number) {
        return String.valueOf(number).chars().filter(digit -> digit != '0').count();
    }

    private String products(long a, long digit) {
        StringJoiner steps = new StringJoiner(" ");
        long carry = 0;
        do {
            long product = a % 10 * digit + carry;
            steps.add(step(a % 10 + "*" + digit + (carry > 0 ? "+" + carry : ""), product));
            carry = product / 10;
            a /= 10;
        } while (a > 0);
        return steps.toString();
    }

    private void divide(String name, long a, long b, String result) {
        if (a < 10) {
            lines.add(name + "=" + result);
            return;
        }
        StringJoiner steps = new StringJoiner(" ");
        long rest = 0;
        for (char digit : String.valueOf(a).toCharArray()) {
            long part = 10 * rest + digit - '0';
            long quotient = part / b;
            rest = part % b;
            String taken = inDetail() ? " r" + part + "-" + quotient * b + "=" : "r";
            steps.add(step(part + "/" + b, quotient) + taken + rest);
        }
        lines.add(name + ": " + steps + " =" + result);
    }

    /// Casting out nines, by sums of digits until one is left: `347:14:5 26:8 5*8=40:4 9022:13:4`.
    private static String byNines(long a, long b) {
        return sums(a) + " " + sums(b) + " " + root(a) + "*" + root(b) + "=" + sums(root(a) * root(b)) + " "
                + sums(a * b);
    }

    private static String sums(long number) {
        return number < 10 ? String.valueOf(number) : number + ":" + sums(sumOfDigits(number));
    }

    private static long root(long number) {
        return number < 10 ? number : root(sumOfDigits(number));
    }

    private static long sumOfDigits(long number) {
        return String.valueOf(number).chars().map(digit -> digit - '0').sum();
    }
}

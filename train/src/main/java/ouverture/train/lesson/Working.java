package ouverture.train.lesson;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import ouverture.Reasoning;

/// Calculations as they are thought of. Low: each operation. Medium, and where no level is set: digit by digit,
/// from the last digit on. High: the same with a proof, and now and then a slip that is put right at once.
///
/// `478+85: 8+5=13 7+8+1=16 4+0+1=5 =563`; `503-478: 13-8-0=5 10-7-1=2 5-4-1=0 =25` (what is borrowed is read
/// with the digit, and paid back in the next column); `347*6: 7*6=42 4*6+4=28 3*6+2=20 =2082`;
/// `952/4: 9/4=2 r1 15/4=3 r3 32/4=8 r0 =238`.
final class Working {
    private final Reasoning.Level level;
    private final Language language;
    private final List<String> lines = new ArrayList<>();
    private String proof = "";
    private boolean proving;
    private int stepsUntilSlip;

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

    private boolean inDetail() {
        return level != Reasoning.Level.OFF && level != Reasoning.Level.LOW;
    }

    private String shown(BigDecimal value) {
        return language.number(value);
    }

    /// A step on digits, with the slip if it is its turn.
    private String step(String left, long value) {
        String right = left + "=" + value;
        return stepsUntilSlip-- == 0 ? left + "=" + (value + 1) + " " + language.no() + ": " + right : right;
    }

    BigDecimal add(BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        BigDecimal sum = a.add(b).setScale(scale);
        String name = shown(a) + "+" + shown(b);
        if (!inDetail() || isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(sum));
        } else {
            lines.add(name + ": " + additions(unscaled(a, scale), unscaled(b, scale)) + " =" + shown(sum));
        }
        prove(() -> subtract(sum, b));
        return sum;
    }

    /// @param a at least `b`
    BigDecimal subtract(BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        BigDecimal difference = a.subtract(b).setScale(scale);
        String name = shown(a) + "-" + shown(b);
        if (!inDetail() || isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(difference));
        } else {
            lines.add(name + ": " + subtractions(unscaled(a, scale), unscaled(b, scale)) + " =" + shown(difference));
        }
        prove(() -> add(difference, b));
        return difference;
    }

    BigDecimal multiply(BigDecimal a, BigDecimal b) {
        BigDecimal product = a.multiply(b);
        BigDecimal exact =
                product.scale() > 2 && product.stripTrailingZeros().scale() <= 2 ? product.setScale(2) : product;
        String name = shown(a) + "*" + shown(b);
        boolean tens = isPowerOfTen(a) || isPowerOfTen(b);
        if (!inDetail() || tens || isSmall(a) && isSmall(b)) {
            lines.add(name + "=" + shown(exact));
        } else if (a.scale() <= 0 && b.scale() <= 0) {
            multiply(a.longValueExact(), b.longValueExact());
        } else {
            lines.add(name + ":");
            multiply(a.unscaledValue().longValueExact(), b.unscaledValue().longValueExact());
            lines.add(name + "=" + shown(exact));
        }
        if (!tens) {
            proof = byNines(
                    a.unscaledValue().longValueExact(), b.unscaledValue().longValueExact());
        }
        return exact;
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
        return quotient;
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
            lines.add(shown(value) + " -> " + shown(rounded));
        }
        return rounded;
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
        if (!inDetail() || a < 10) {
            lines.add(name + "=" + result);
            return;
        }
        StringJoiner steps = new StringJoiner(" ");
        long rest = 0;
        for (char digit : String.valueOf(a).toCharArray()) {
            long part = 10 * rest + digit - '0';
            rest = part % b;
            steps.add(step(part + "/" + b, part / b) + " r" + rest);
        }
        lines.add(name + ": " + steps + " =" + result);
    }

    /// Casting out nines: `347:5 26:8 5*8:4 9022:4`.
    private static String byNines(long a, long b) {
        return a + ":" + nines(a) + " " + b + ":" + nines(b) + " " + nines(a) + "*" + nines(b) + ":"
                + nines(nines(a) * nines(b)) + " " + a * b + ":" + nines(a * b);
    }

    private static long nines(long number) {
        return number % 9;
    }
}

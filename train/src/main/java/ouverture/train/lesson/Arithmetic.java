package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.List;

/// Sums, differences, products, quotients, comparisons and rounding of whole and decimal numbers.
final class Arithmetic implements Subject {
    /// Subtraction is harder to learn than addition and asked for twice as often.
    private static final List<Kind> KINDS = List.of(
            Kind.ADD,
            Kind.ADD,
            Kind.SUBTRACT,
            Kind.SUBTRACT,
            Kind.SUBTRACT,
            Kind.SUBTRACT,
            Kind.MULTIPLY,
            Kind.MULTIPLY,
            Kind.MULTIPLY,
            Kind.DIVIDE,
            Kind.DIVIDE,
            Kind.COMPARE,
            Kind.ROUND,
            Kind.CHAIN);

    private final Phrasebook phrases = new Phrasebook("arithmetic");

    private enum Kind {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        COMPARE,
        ROUND,
        CHAIN
    }

    @Override
    public String name() {
        return "arithmetic";
    }

    @Override
    public Lesson lesson(Draw draw) {
        return switch (draw.pick(KINDS)) {
            case ADD -> add(draw);
            case SUBTRACT -> subtract(draw);
            case MULTIPLY -> multiply(draw);
            case DIVIDE -> divide(draw);
            case COMPARE -> compare(draw);
            case ROUND -> round(draw);
            case CHAIN -> chain(draw);
        };
    }

    /// A number to calculate with; one in four has decimals.
    private static BigDecimal operand(Draw draw) {
        int digits = draw.bySize(2, 4, 5);
        int decimals = draw.chance(0.25) ? draw.number(1, 2) : 0;
        return draw.size() == Draw.Size.SHORT
                ? BigDecimal.valueOf(draw.digits(digits))
                : BigDecimal.valueOf(draw.digits(digits), decimals);
    }

    /// Asked in words, or as a bare formula.
    private Lesson lesson(
            Draw draw, String kind, BigDecimal a, BigDecimal b, String sign, Working work, String result) {
        String first = draw.language().number(a);
        String second = draw.language().number(b);
        String space = draw.chance(0.5) ? " " : "";
        String question = draw.chance(0.4)
                ? phrases.pick(draw, "formula", "formula", first + space + sign + space + second)
                : phrases.pick(draw, kind, "a", first, "b", second);
        return Lesson.exact(draw, Question.of(question), work.text(), result);
    }

    private Lesson add(Draw draw) {
        BigDecimal a = operand(draw);
        BigDecimal b = operand(draw);
        Working working = draw.working();
        BigDecimal sum = working.add(a, b);
        return lesson(draw, "add", a, b, "+", working, draw.language().number(sum));
    }

    /// Differences below zero are found the other way round.
    private Lesson subtract(Draw draw) {
        BigDecimal one = operand(draw);
        BigDecimal two = operand(draw);
        boolean negative = draw.chance(0.15);
        BigDecimal a = negative ? one.min(two) : one.max(two);
        BigDecimal b = negative ? one.max(two) : one.min(two);
        Working working = draw.working();
        if (a.compareTo(b) < 0) {
            working.say(draw.language().number(a) + "<" + draw.language().number(b));
        }
        BigDecimal distance = working.subtract(a.max(b), a.min(b));
        BigDecimal difference = a.compareTo(b) < 0 ? distance.negate() : distance;
        if (difference.signum() < 0) {
            working.say("-> " + draw.language().number(difference));
        }
        return lesson(draw, "subtract", a, b, "-", working, draw.language().number(difference));
    }

    private Lesson multiply(Draw draw) {
        int digits = draw.number(2, draw.bySize(2, 3, 4));
        BigDecimal a = BigDecimal.valueOf(draw.digits(digits));
        BigDecimal b = BigDecimal.valueOf(draw.digits(draw.bySize(1, 2, 2)));
        Working working = draw.working();
        BigDecimal product = working.multiply(a, b);
        boolean turned = draw.chance(0.5);
        return lesson(
                draw,
                "multiply",
                turned ? b : a,
                turned ? a : b,
                draw.pick("*", "×", "x"),
                working,
                draw.language().number(product));
    }

    /// With a rest that is asked for, or without one.
    private Lesson divide(Draw draw) {
        int b = draw.number(2, draw.bySize(5, 12, 25));
        long quotient = draw.digits(draw.bySize(1, 3, 4)) + 1;
        boolean rest = draw.chance(0.4);
        long a = quotient * b + (rest ? draw.number(0, b - 1) : 0);
        Working working = draw.working();
        if (rest) {
            working.divideWithRest(a, b);
            String question = phrases.pick(draw, "rest", "a", a, "b", b);
            String answer = phrases.lines(draw.language(), "rest.answer").getFirst();
            return Lesson.exact(
                    draw,
                    Question.of(question),
                    working.text(),
                    Phrasebook.fill(draw.language(), answer, "quotient", a / b, "rest", a % b));
        }
        working.divide(BigDecimal.valueOf(a), b);
        return lesson(
                draw,
                "divide",
                BigDecimal.valueOf(a),
                BigDecimal.valueOf(b),
                draw.pick("/", "÷", ":"),
                working,
                String.valueOf(a / b));
    }

    /// The larger or the smaller of two or three numbers that look alike.
    private Lesson compare(Draw draw) {
        BigDecimal a = BigDecimal.valueOf(draw.number(1, draw.bySize(99, 9999, 99_999)), draw.number(0, 2));
        BigDecimal b;
        do {
            int distance = draw.number(1, 120);
            b = a.add(BigDecimal.valueOf(draw.chance(0.5) ? distance : -distance, draw.number(0, 2)));
        } while (b.signum() < 0);
        boolean larger = draw.chance(0.5);
        BigDecimal most = larger ? a.max(b) : a.min(b);
        String answer = draw.language().number(most);
        String thought = compared(draw.language(), a, b) + " -> " + answer;
        String question = phrases.pick(
                draw,
                larger ? "largest" : "smallest",
                "a",
                draw.language().number(a),
                "b",
                draw.language().number(b));
        return Lesson.exact(draw, Question.of(question), thought, answer);
    }

    /// Both with as many digits, compared from the first digit on: `099,50 101,00: 0<1`.
    private static String compared(Language language, BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        String one = language.number(a.setScale(scale));
        String two = language.number(b.setScale(scale));
        int length = Math.max(one.length(), two.length());
        one = "0".repeat(length - one.length()) + one;
        two = "0".repeat(length - two.length()) + two;
        StringBuilder steps = new StringBuilder(one + " " + two + ":");
        for (int i = 0; i < length; i++) {
            int order = Character.compare(one.charAt(i), two.charAt(i));
            if (Character.isDigit(one.charAt(i))) {
                steps.append(' ').append(one.charAt(i)).append(order < 0 ? "<" : order > 0 ? ">" : "=");
                steps.append(two.charAt(i));
            }
            if (order != 0) {
                break;
            }
        }
        return steps.toString();
    }

    private Lesson round(Draw draw) {
        int decimals = draw.number(0, draw.bySize(0, 2, 3));
        int scale = decimals + draw.number(1, 2);
        BigDecimal value = BigDecimal.valueOf(draw.digits(draw.bySize(2, 3, 4) + scale), scale);
        Working working = draw.working();
        BigDecimal rounded = working.round(value, decimals);
        String question =
                phrases.pick(draw, "round." + decimals, "a", draw.language().number(value));
        return Lesson.exact(
                draw, Question.of(question), working.text(), draw.language().number(rounded));
    }

    /// A product and a sum or difference in one formula: the product comes first.
    private Lesson chain(Draw draw) {
        BigDecimal factor = BigDecimal.valueOf(draw.number(2, draw.bySize(9, 60, 150)));
        BigDecimal other = BigDecimal.valueOf(draw.number(2, draw.bySize(5, 12, 25)));
        Working working = draw.working();
        BigDecimal product = working.multiply(factor, other);
        boolean plus = draw.chance(0.5);
        BigDecimal term = plus
                ? BigDecimal.valueOf(draw.digits(draw.bySize(2, 3, 4)))
                : BigDecimal.valueOf(draw.number(1, product.intValueExact()));
        BigDecimal result = plus ? working.add(product, term) : working.subtract(product, term);
        String formula = plus && draw.chance(0.5)
                ? term + "+" + factor + "*" + other
                : factor + "*" + other + (plus ? "+" : "-") + term;
        String question = phrases.pick(draw, "formula", "formula", formula);
        return Lesson.exact(draw, Question.of(question), working.text(), result.toString());
    }
}

package ouverture.train.recipe;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import ouverture.Reasoning;

/// What thinking is good for: the same questions answered with much of it and with none.
///
/// @param gained questions that are answered right with thinking only
/// @param lost questions that are answered right without it only
/// @param of questions, at least 1
record Difference(int gained, int lost, int of) {
    private static final MathContext DIGITS = MathContext.DECIMAL64;

    /// The difference between the levels high and off over some subjects; empty where one was not examined.
    static Optional<Difference> of(List<Answers> answers) {
        int gained = 0;
        int lost = 0;
        int count = 0;
        for (Answers without : answers) {
            for (Answers with : answers) {
                boolean pair = without.level() == Reasoning.Level.OFF
                        && with.level() == Reasoning.Level.HIGH
                        && without.subject().equals(with.subject())
                        && without.questions() == with.questions();
                for (int i = 0; pair && i < with.right().length(); i++) {
                    int change = with.right().charAt(i) - without.right().charAt(i);
                    gained += change > 0 ? 1 : 0;
                    lost += change < 0 ? 1 : 0;
                    count++;
                }
            }
        }
        return count == 0 ? Optional.empty() : Optional.of(new Difference(gained, lost, count));
    }

    /// Percentage points that thinking adds.
    double points() {
        return 100.0 * (gained - lost) / of;
    }

    /// Probability of a difference at least as large if thinking made none, two-sided and exact (McNemar 1947).
    BigDecimal probability() {
        int changed = gained + lost;
        BigInteger ways = BigInteger.ONE;
        BigInteger sum = BigInteger.ONE;
        for (int k = 1; k <= Math.min(gained, lost); k++) {
            ways = ways.multiply(BigInteger.valueOf(changed - k + 1L)).divide(BigInteger.valueOf(k));
            sum = sum.add(ways);
        }
        BigDecimal oneSide = new BigDecimal(sum).divide(new BigDecimal(BigInteger.TWO.pow(changed)), DIGITS);
        return oneSide.multiply(BigDecimal.TWO).min(BigDecimal.ONE);
    }

    /// `+83.0 (p 4e-41)`.
    String cell() {
        BigDecimal p = probability();
        String shown = p.compareTo(new BigDecimal("0.001")) < 0
                ? String.format(Locale.ROOT, "%.0e", p)
                : String.format(Locale.ROOT, "%.3f", p);
        return String.format(Locale.ROOT, "%+.1f (p %s)", points(), shown);
    }
}

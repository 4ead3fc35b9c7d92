package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import ouverture.Reasoning;

/// The choices that make a lesson, all of which follow from a number. The level of reasoning has no part in them.
public final class Draw {
    private static final double SLIPS = 0.05;

    private final SplittableRandom random;
    private final SplittableRandom slips;
    private final Language language;
    private final Setting setting;
    private final Reasoning.Level level;

    /// Which of the wordings, names and words are used: one in five is reserved for examinations.
    public enum Wording {
        TAUGHT,
        RESERVED
    }

    /// How long numbers, lists and stories are.
    public enum Size {
        /// For the first lessons.
        SHORT,
        USUAL,
        /// Longer than anything taught.
        LONG
    }

    /// What kind of lessons are made.
    ///
    /// @param slips whether the working may have mistakes that are put right at once
    public record Setting(Wording wording, Size size, boolean slips) {}

    /// @param number all choices follow from it
    public Draw(long number, Setting setting, Reasoning.Level level) {
        random = new SplittableRandom(number);
        slips = random.split();
        language = random.nextBoolean() ? Language.FRENCH : Language.ENGLISH;
        this.setting = setting;
        this.level = level;
    }

    Language language() {
        return language;
    }

    Reasoning.Level level() {
        return level;
    }

    /// Whether anything is thought.
    boolean thinks() {
        return level != Reasoning.Level.OFF;
    }

    /// Whether thoughts are as detailed as can be.
    boolean thinksHard() {
        return level == Reasoning.Level.HIGH;
    }

    /// Whether the wordings are those of the teaching.
    boolean isTaught() {
        return setting.wording == Wording.TAUGHT;
    }

    Size size() {
        return setting.size;
    }

    /// One of three by the size of the lesson.
    <T> T bySize(T small, T usual, T large) {
        return switch (setting.size) {
            case SHORT -> small;
            case USUAL -> usual;
            case LONG -> large;
        };
    }

    /// A whole number.
    ///
    /// @param last may be drawn too
    int number(int first, int last) {
        return random.nextInt(first, last + 1);
    }

    /// A number of up to so many digits, each number of digits being equally likely.
    long digits(int most) {
        return random.nextLong((long) Math.pow(10, number(1, most)));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    @SafeVarargs
    final <T> T pick(T... of) {
        return of[random.nextInt(of.length)];
    }

    /// Some of a list, each once, in the order of the draw.
    <T> List<T> some(int count, List<T> of) {
        List<T> left = new ArrayList<>(of);
        List<T> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(left.remove(random.nextInt(left.size())));
        }
        return some;
    }

    /// An amount with cents; often a round one.
    ///
    /// @param least euros
    /// @param most euros
    BigDecimal amount(int least, int most) {
        int euros = number(least, most);
        int cents = chance(0.5) ? 0 : chance(0.4) ? 10 * number(1, 9) : number(1, 99);
        return BigDecimal.valueOf(100L * euros + cents, 2);
    }

    /// One of the lines that may be used here: of five, the last is reserved.
    String line(List<String> lines) {
        int blocks = lines.size() / 5;
        if (setting.wording == Wording.RESERVED && blocks > 0) {
            return lines.get(5 * random.nextInt(blocks) + 4);
        }
        int taught = random.nextInt(lines.size() - blocks);
        return lines.get(Math.min(taught / 4, blocks) * 5 + taught - 4 * Math.min(taught / 4, blocks));
    }

    /// Where the working of the lesson is written.
    Working working() {
        boolean slip = setting.slips && thinksHard() && slips.nextDouble() < SLIPS;
        return new Working(level, language, slip ? slips.nextInt(6) : Integer.MAX_VALUE);
    }
}

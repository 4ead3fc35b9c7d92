package ouverture.train.lesson;

import java.math.BigDecimal;

/// Sums of two numbers below 100, without a word: what the smallest models learn.
final class Addition implements Subject {
    @Override
    public String name() {
        return "addition";
    }

    @Override
    public Lesson lesson(Draw draw) {
        BigDecimal a = BigDecimal.valueOf(draw.number(0, 99));
        BigDecimal b = BigDecimal.valueOf(draw.number(0, 99));
        Working working = draw.working();
        BigDecimal sum = working.add(a, b);
        return Lesson.exact(draw, Question.of(a + "+" + b), working.text(), sum.toString());
    }
}

package ouverture.train.recipe;

import java.util.List;
import java.util.Locale;
import ouverture.Reasoning;
import ouverture.train.Score;

/// How well a model answers the questions of a subject.
///
/// @param right answers
/// @param of questions
/// @param share of right answers
/// @param low lower end of its 95 % interval (Wilson)
/// @param high upper end
/// @param tokens mean number of tokens of an answer, thoughts included
public record Mark(
        Questions questions,
        String subject,
        Reasoning.Level level,
        int right,
        int of,
        double share,
        double low,
        double high,
        double tokens) {
    static Mark of(Questions questions, String subject, Reasoning.Level level, Score score, double tokens) {
        return new Mark(
                questions, subject, level, score.right(), score.of(), score.share(), score.low(), score.high(), tokens);
    }

    /// All right answers among all questions.
    public static Score total(List<Mark> marks) {
        return new Score(
                marks.stream().mapToInt(Mark::right).sum(),
                Math.max(1, marks.stream().mapToInt(Mark::of).sum()));
    }

    /// `93.5 % (89.2 to 96.2), 54 tokens`.
    String cell() {
        return String.format(
                Locale.ROOT, "%.1f %% (%.1f to %.1f), %.0f tokens", 100 * share, 100 * low, 100 * high, tokens);
    }
}

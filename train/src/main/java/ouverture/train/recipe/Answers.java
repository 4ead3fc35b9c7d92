package ouverture.train.recipe;

import ouverture.Reasoning;
import ouverture.train.Score;

/// How a model answered the questions of a subject at a level. At another level they are the same, in the same
/// order.
///
/// @param right a digit for each question: 1 if it was answered right, otherwise 0
/// @param tokens mean number of tokens of an answer, thoughts included
public record Answers(Questions questions, String subject, Reasoning.Level level, String right, double tokens) {
    static final char RIGHT = '1';
    static final char WRONG = '0';

    /// Right answers among all.
    public Score score() {
        int count = (int) right.chars().filter(digit -> digit == RIGHT).count();
        return new Score(count, Math.max(1, right.length()));
    }

    /// Their mark.
    public Mark mark() {
        return Mark.of(questions, subject, level, score(), tokens);
    }
}

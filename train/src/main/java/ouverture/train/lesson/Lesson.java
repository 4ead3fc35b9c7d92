package ouverture.train.lesson;

import ouverture.Reasoning;

/// A question with its answer.
///
/// @param level how much is thought about it
/// @param thought the working, empty where nothing is thought
/// @param reply the right answer, or one of several
/// @param check which answers are right
public record Lesson(
        Language language, Question question, Reasoning.Level level, String thought, Reply reply, Check check) {
    /// A lesson with one right answer in words.
    static Lesson exact(Draw draw, Question question, String thought, String answer) {
        return of(draw, question, thought, new Reply.Text(answer), Check.exact(answer));
    }

    /// A lesson whose answer is checked in its own way.
    static Lesson of(Draw draw, Question question, String thought, Reply reply, Check check) {
        return new Lesson(draw.language(), question, draw.level(), draw.thinks() ? thought : "", reply, check);
    }

    /// The same after an earlier exchange, whose answer is words.
    public Lesson after(Lesson earlier) {
        return earlier.reply instanceof Reply.Text(String answer)
                ? new Lesson(language, question.after(earlier.question, answer), level, thought, reply, check)
                : this;
    }

    /// All that is said, to count words in.
    public String text() {
        String answer = switch (reply) {
            case Reply.Text(String words) -> words;
            case Reply.Call(String tool, String arguments) -> tool + "\n" + arguments;
        };
        return question.text() + thought + "\n" + answer + "\n";
    }
}

package ouverture.train.lesson;

/// What lessons are about.
public interface Subject {
    /// As recipes and tables name it.
    String name();

    /// A lesson. The same draw gives the same one, and a draw that differs only in the level the same question.
    Lesson lesson(Draw draw);
}

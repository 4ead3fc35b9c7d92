package ouverture.server.history;

/// What judgements teach. All texts are JSON.
public sealed interface Lesson {
    /// The messages before the answer.
    String messages();

    /// An answer that was liked or not.
    record Label(String messages, String answer, boolean good) implements Lesson {}

    /// Two answers to the same messages.
    record Pair(String messages, String chosen, String rejected) implements Lesson {}
}

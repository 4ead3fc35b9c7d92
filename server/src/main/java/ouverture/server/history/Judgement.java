package ouverture.server.history;

import java.util.List;

/// What a reader said of one answer, or of two answers to the same messages of which one is better.
///
/// @param id that its owner gave it
/// @param conversation that it is about, with which it goes
/// @param messages before the answer: a list in JSON, as chat requests have it
/// @param answers one or two
public record Judgement(String id, String conversation, String messages, String comment, List<Answer> answers) {
    public Judgement {
        answers = List.copyOf(answers);
    }

    /// An answer that was judged.
    ///
    /// @param good whether it was liked, or is the better one of two
    /// @param message the answer as a message, in JSON
    /// @param adapters that had changed the model: a list in JSON
    /// @param settings that it was asked for with: an object in JSON
    public record Answer(boolean good, String message, String model, String adapters, String settings) {}
}

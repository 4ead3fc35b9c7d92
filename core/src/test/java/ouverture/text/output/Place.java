package ouverture.text.output;

/// What a letter of a stream is a part of.
enum Place {
    THOUGHT,
    ANSWER,
    CALL,
    /// Tags, headers, and what follows the end of a turn.
    NOWHERE
}

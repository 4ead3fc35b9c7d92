package ouverture;

import java.nio.file.Path;

/// How tokens are guessed before the model says them, so that one pass can check several: answers come sooner
/// where guesses are right. Each token is still drawn from the model's own logits, with the same random numbers:
/// answers are those without guesses, token for token.
public sealed interface Speculation {
    /// No guesses: each pass gives one token.
    Speculation OFF = new Off();

    /// Guesses by [Ngram].
    Speculation NGRAM = new Ngram();

    /// No guesses.
    record Off() implements Speculation {}

    /// Guesses that what followed the same tokens earlier in prompt and answer follows again. Takes no memory
    /// and next to no time; finds something where a text is quoted, corrected or translated into the same terms,
    /// in code, in loops.
    record Ngram() implements Speculation {}

    /// Guesses by a second, smaller model.
    ///
    /// @param model a GGUF file or a folder with safetensors, whose vocabulary is that of the large model
    record DraftModel(Path model) implements Speculation {}
}

package ouverture.text.output;

import java.util.List;

/// Takes apart what a model writes, token by token. Total: any ids in any order give typed pieces and never an
/// exception; what cannot be understood is text. Not safe for use by several threads.
public sealed interface OutputParser permits MarkupParser, HarmonyOutputParser {
    /// Takes the next token.
    ///
    /// @param id any number; ids that the vocabulary does not have count as nothing
    /// @return the pieces that are now certain
    List<Output> push(int id);

    /// Ends the answer; to be called once.
    ///
    /// @return what was held back
    List<Output> finish();

    /// Whether the model is in a thought now.
    boolean isThinking();

    /// Whether the model has written the end of its turn in plain text; what follows is not part of the answer.
    boolean hasEnded();
}

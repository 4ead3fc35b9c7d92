package ouverture.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A prompt that does not fit into the context, alone or with the tokens that its answer may have; the message has
/// all counts.
public final class PromptTooLongException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    /// Tokens of a prompt that fits without its answer.
    ///
    /// @param answer tokens that the answer may have
    /// @param context tokens that both may have together
    public record Figures(int prompt, int answer, int context) {}

    private final transient @Nullable Figures figures;

    public PromptTooLongException(String message) {
        super(message);
        figures = null;
    }

    public PromptTooLongException(String message, Throwable cause) {
        super(message, cause);
        figures = null;
    }

    /// A prompt that leaves less room than its answer may take.
    public PromptTooLongException(Figures figures) {
        super("The prompt has " + figures.prompt + " tokens and the answer may have " + figures.answer
                + ", but the context holds " + figures.context + " together: ask for "
                + (figures.context - figures.prompt + 1) + " at most, or shorten the prompt.");
        this.figures = figures;
    }

    /// The counts, where it is the answer that does not fit.
    public Optional<Figures> figures() {
        return Optional.ofNullable(figures);
    }
}

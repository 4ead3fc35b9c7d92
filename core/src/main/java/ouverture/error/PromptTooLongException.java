package ouverture.error;

/// A prompt that does not fit into the context; the message has both counts.
public final class PromptTooLongException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public PromptTooLongException(String message) {
        super(message);
    }

    public PromptTooLongException(String message, Throwable cause) {
        super(message, cause);
    }
}

package ouverture.error;

/// A failure that a user can understand and act on. The message is one sentence for that user, complete without a
/// stack trace; mistakes in our own code are other exceptions.
public abstract sealed class OuvertureException extends RuntimeException
        permits ModelFileException,
                UnsupportedModelException,
                RequestException,
                PromptTooLongException,
                OverloadedException,
                ResourceException,
                TrainingException,
                TemplateException {
    private static final long serialVersionUID = 1L;

    OuvertureException(String message) {
        super(message);
    }

    OuvertureException(String message, Throwable cause) {
        super(message, cause);
    }
}

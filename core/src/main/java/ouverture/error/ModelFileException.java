package ouverture.error;

/// A model file that is missing, unreadable, truncated, damaged or hostile.
public final class ModelFileException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public ModelFileException(String message) {
        super(message);
    }

    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}

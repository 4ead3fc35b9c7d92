package ouverture.error;

/// A sound model file whose family, number format or tokenizer this build does not know.
public final class UnsupportedModelException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }

    public UnsupportedModelException(String message, Throwable cause) {
        super(message, cause);
    }
}

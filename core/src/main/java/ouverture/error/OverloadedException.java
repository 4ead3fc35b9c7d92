package ouverture.error;

/// The engine's bounded queue is full: try again later.
public final class OverloadedException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public OverloadedException(String message) {
        super(message);
    }

    public OverloadedException(String message, Throwable cause) {
        super(message, cause);
    }
}

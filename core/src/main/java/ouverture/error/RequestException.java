package ouverture.error;

/// A request with a value out of its range, or with parts that exclude each other.
public final class RequestException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public RequestException(String message) {
        super(message);
    }

    public RequestException(String message, Throwable cause) {
        super(message, cause);
    }
}

package ouverture.server.http;

/// The body of a request is longer than the server takes.
public final class BodyTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param limit bytes
    public BodyTooLargeException(int limit) {
        super("The request's body has more than " + limit + " bytes, the most that this server takes.");
    }
}

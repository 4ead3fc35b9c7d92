package ouverture.server.http;

/// The client closed its connection, or takes nothing any more: there is nobody to answer.
public final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClientGoneException(Throwable cause) {
        super("the client is gone", cause);
    }
}

package ouverture.server.api;

/// Ends a request with an error.
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    public ApiException(ApiError.Kind kind, String message) {
        this(new ApiError(kind, message));
    }

    public ApiException(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /// What the client is told.
    public ApiError error() {
        return error;
    }
}

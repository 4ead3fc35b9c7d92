package ouverture.server.api;

import tools.jackson.databind.node.ObjectNode;

/// The manners of an API, which its clients rely on.
public interface Api {
    /// As the documentation calls it.
    String title();

    /// The body of an answer that is an error.
    ///
    /// @param requestId of the request that failed
    ObjectNode error(ApiError error, String requestId);

    /// Whether a request may have something after the question mark of its address.
    ///
    /// @param query as it came, not empty
    default boolean allows(String query) {
        return false;
    }

    /// The header that carries the id of a request.
    default String requestIdHeader() {
        return "x-request-id";
    }

    /// Status of an error, where it is not the usual one.
    default int status(ApiError error) {
        return error.kind().status();
    }
}

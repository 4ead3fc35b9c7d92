package ouverture.server.http;

/// Answers requests, each on a virtual thread of its own, so it may block.
public interface HttpHandler {
    /// Answers one request. Must not throw but for a [ClientGoneException].
    void handle(Exchange exchange);

    /// The body of an answer to a request that is so wrong that no [Exchange] came of it.
    ///
    /// @param path as far as it could be read
    /// @param status of the answer, 400 or more
    /// @param sentence what is wrong
    /// @return JSON
    byte[] refusal(String path, int status, String sentence);
}

package ouverture.server.http;

import java.util.Map;
import java.util.Optional;

/// One request and the way to answer it. Used by one thread.
public interface Exchange {
    /// As it came: `GET`.
    String method();

    /// Decoded, without the query.
    String path();

    /// What follows the question mark, as it came; empty if nothing does.
    String query();

    /// The first value of a header.
    ///
    /// @param name in any case
    Optional<String> header(String name);

    /// Address of the other side.
    String remoteAddress();

    /// Reads the body to its end; empty where there is none.
    ///
    /// @param limit bytes at most
    /// @throws BodyTooLargeException if it is longer
    /// @throws ClientGoneException if it does not come
    byte[] body(int limit);

    /// Runs an action on another thread when the client closes its connection before the answer is complete. The
    /// body must have been read.
    void whenGone(Runnable action);

    /// Sends a complete answer.
    ///
    /// @throws ClientGoneException if nobody takes it
    void send(int status, Map<String, String> headers, byte[] body);

    /// Begins an answer whose pieces come one by one.
    ///
    /// @throws ClientGoneException if nobody takes it
    Body stream(int status, Map<String, String> headers);

    /// The body of a streamed answer.
    interface Body extends AutoCloseable {
        /// Sends a piece at once.
        ///
        /// @throws ClientGoneException if nobody takes it
        void write(byte[] piece);

        /// Ends the answer.
        ///
        /// @throws ClientGoneException if nobody takes it
        @Override
        void close();
    }
}

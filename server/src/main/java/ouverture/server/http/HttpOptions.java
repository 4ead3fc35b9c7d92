package ouverture.server.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// How an HTTP server listens, and what it takes.
///
/// @param port 0 lets the system choose
/// @param tls with the server's certificate; plain HTTP without it
/// @param connections open at once at most; one more takes the place of the one that has waited longest, or is
///     closed where all are busy
/// @param headerBytes of a request's line and headers, each, at most
/// @param bodyBytes of a request's body at most
/// @param readTimeout in which a request must be there, from its first byte to its last
/// @param idleTimeout in which a connection must bring its first or next request
/// @param writeTimeout in which a client must take a piece of its answer
public record HttpOptions(
        InetAddress address,
        int port,
        Optional<SSLContext> tls,
        int connections,
        int headerBytes,
        int bodyBytes,
        Duration readTimeout,
        Duration idleTimeout,
        Duration writeTimeout) {}

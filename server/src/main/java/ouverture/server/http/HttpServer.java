package ouverture.server.http;

/// A running HTTP server.
public interface HttpServer {
    /// The port that it listens on: the one asked for, or the one that the system chose.
    int port();

    /// Connections that are open now.
    int connections();

    /// Takes no more connections, and ends those that are open. Requests that still run are interrupted.
    void stop();
}

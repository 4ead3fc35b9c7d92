package ouverture.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// How a server listens and what it takes.
///
/// @param host name or address to listen on; other than this machine's own only with keys
/// @param port 0 lets the system choose
/// @param keys file of API keys ([ouverture.server.key.ApiKeys])
/// @param tls certificate and key for HTTPS; plain HTTP without them
/// @param origins web pages of other hosts that may ask, as `https://example.org`
/// @param connections open at once at most
/// @param bodyBytes of a request at most
/// @param readTimeout in which a request must be there, from its first byte to its last
/// @param idleTimeout in which a connection must bring its first or next request
/// @param writeTimeout in which a client must take a piece of its answer
/// @param answerTimeout after which an answer is given up
/// @param patience for which running answers may go on when the server shuts down
/// @param tracing OpenTelemetry's settings by their names of properties; without `otel.exporter.otlp.endpoint`
///     no traces are made
/// @param history folder where conversations of the web page are kept, made when it is needed; without one they are not
/// @param sharesPrompts whether what the prompts of one key have computed serves the others too: how fast an answer
///     comes then tells what others have asked
/// @param log takes a line of JSON for each request, without what it says
public record ServerOptions(
        String host,
        int port,
        Optional<Path> keys,
        Optional<TlsFiles> tls,
        Set<String> origins,
        int connections,
        int bodyBytes,
        Duration readTimeout,
        Duration idleTimeout,
        Duration writeTimeout,
        Duration answerTimeout,
        Duration patience,
        Map<String, String> tracing,
        Optional<Path> history,
        boolean sharesPrompts,
        Consumer<String> log) {
    /// This machine only, port 11435, 32 MiB for a request, an hour for an answer, no log.
    public static final ServerOptions DEFAULT = new ServerOptions(
            "127.0.0.1",
            11435,
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            4096,
            32 << 20,
            Duration.ofSeconds(60),
            Duration.ofSeconds(75),
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            Duration.ofSeconds(30),
            Map.of(),
            Optional.empty(),
            false,
            _ -> {});

    public ServerOptions {
        origins = Set.copyOf(origins);
        tracing = Map.copyOf(tracing);
    }

    public ServerOptions withHost(String host) {
        return with(changed -> changed.host = host);
    }

    public ServerOptions withPort(int port) {
        return with(changed -> changed.port = port);
    }

    public ServerOptions withKeys(Optional<Path> keys) {
        return with(changed -> changed.keys = keys);
    }

    public ServerOptions withTls(Optional<TlsFiles> tls) {
        return with(changed -> changed.tls = tls);
    }

    public ServerOptions withOrigins(Set<String> origins) {
        return with(changed -> changed.origins = origins);
    }

    public ServerOptions withConnections(int connections) {
        return with(changed -> changed.connections = connections);
    }

    public ServerOptions withBodyBytes(int bodyBytes) {
        return with(changed -> changed.bodyBytes = bodyBytes);
    }

    public ServerOptions withAnswerTimeout(Duration answerTimeout) {
        return with(changed -> changed.answerTimeout = answerTimeout);
    }

    public ServerOptions withPatience(Duration patience) {
        return with(changed -> changed.patience = patience);
    }

    public ServerOptions withTracing(Map<String, String> tracing) {
        return with(changed -> changed.tracing = tracing);
    }

    public ServerOptions withHistory(Optional<Path> history) {
        return with(changed -> changed.history = history);
    }

    public ServerOptions withSharedPrompts(boolean sharesPrompts) {
        return with(changed -> changed.sharesPrompts = sharesPrompts);
    }

    public ServerOptions withLog(Consumer<String> log) {
        return with(changed -> changed.log = log);
    }

    /// With limits of how long clients may take.
    public ServerOptions withTimeouts(Duration readTimeout, Duration idleTimeout, Duration writeTimeout) {
        return with(changed -> {
            changed.readTimeout = readTimeout;
            changed.idleTimeout = idleTimeout;
            changed.writeTimeout = writeTimeout;
        });
    }

    private ServerOptions with(Consumer<Components> change) {
        Components components = new Components(this);
        change.accept(components);
        return components.together();
    }

    /// The components of another, to be changed.
    private static final class Components {
        private String host;
        private int port;
        private Optional<Path> keys;
        private Optional<TlsFiles> tls;
        private Set<String> origins;
        private int connections;
        private int bodyBytes;
        private Duration readTimeout;
        private Duration idleTimeout;
        private Duration writeTimeout;
        private Duration answerTimeout;
        private Duration patience;
        private Map<String, String> tracing;
        private Optional<Path> history;
        private boolean sharesPrompts;
        private Consumer<String> log;

        Components(ServerOptions from) {
            host = from.host;
            port = from.port;
            keys = from.keys;
            tls = from.tls;
            origins = from.origins;
            connections = from.connections;
            bodyBytes = from.bodyBytes;
            readTimeout = from.readTimeout;
            idleTimeout = from.idleTimeout;
            writeTimeout = from.writeTimeout;
            answerTimeout = from.answerTimeout;
            patience = from.patience;
            tracing = from.tracing;
            history = from.history;
            sharesPrompts = from.sharesPrompts;
            log = from.log;
        }

        ServerOptions together() {
            return new ServerOptions(
                    host,
                    port,
                    keys,
                    tls,
                    origins,
                    connections,
                    bodyBytes,
                    readTimeout,
                    idleTimeout,
                    writeTimeout,
                    answerTimeout,
                    patience,
                    tracing,
                    history,
                    sharesPrompts,
                    log);
        }
    }
}

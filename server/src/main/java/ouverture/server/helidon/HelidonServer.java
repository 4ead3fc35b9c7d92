package ouverture.server.helidon;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import ouverture.error.ResourceException;
import ouverture.server.http.HttpHandler;
import ouverture.server.http.HttpOptions;
import ouverture.server.http.HttpServer;

/// HTTP/1.1 on Helidon's web server, which runs each connection on a virtual thread.
public final class HelidonServer implements HttpServer {
    /// Reading has limits of our own ([Connection]); Helidon's would end a connection whose answer takes its
    /// time.
    private static final Duration NEVER = Duration.ofDays(1);

    /// Connections that are being closed and still have their socket; more wait at the system's door.
    private static final int LEAVING = 64;

    /// Helidon tells of every start and stop; only what is wrong is of interest here.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    private final WebServer server;
    private final Connections connections;

    /// Begins to listen.
    ///
    /// @throws ResourceException if the address cannot be had
    public static HttpServer start(HttpOptions options, HttpHandler handler) {
        HELIDON.setLevel(Level.SEVERE);
        Connections connections = new Connections(most(options));
        try {
            return new HelidonServer(options, handler, connections);
        } catch (RuntimeException | Error e) {
            connections.close();
            throw e;
        }
    }

    /// Connections at once: not more than a half of the files that the system lets this process open, since a
    /// server that may open no more of them stops to listen.
    private static int most(HttpOptions options) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long files = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
            return Math.clamp(files / 2, 1, options.connections());
        }
        return options.connections();
    }

    private HelidonServer(HttpOptions options, HttpHandler handler, Connections connections) {
        this.connections = connections;
        Http1Config http = Http1Config.builder()
                .maxHeadersSize(options.headerBytes())
                .maxPrologueLength(options.headerBytes())
                .build();
        WebServerConfig.Builder builder = WebServer.builder();
        options.tls().ifPresent(tls -> builder.tls(Tls.builder().sslContext(tls).build()));
        server = builder.address(options.address())
                .port(options.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new Selector(
                        Http1ConnectionSelector.builder().config(http).build(), options, connections))
                .maxTcpConnections(connections.most() + LEAVING)
                .connectionOptions(SocketOptions.builder().readTimeout(NEVER).build())
                .idleConnectionTimeout(NEVER)
                .idleConnectionPeriod(NEVER)
                .directHandlers(refusals(handler))
                .routing(HttpRouting.builder().any((request, response) -> handle(request, response, handler)))
                .build()
                .start();
        if (!server.isRunning()) {
            throw new ResourceException(
                    "The server cannot listen on " + options.address().getHostAddress() + " port " + options.port()
                            + ": another program may listen there already; choose another --port.");
        }
    }

    private static void handle(ServerRequest request, ServerResponse response, HttpHandler handler) {
        Connection connection = Connection.CURRENT.get();
        try {
            handler.handle(new HelidonExchange(request, response, connection));
        } finally {
            connection.answered();
        }
    }

    /// Requests that Helidon itself refuses get bodies as all others do.
    private static DirectHandlers refusals(HttpHandler handler) {
        DirectHandlers.Builder builder = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            builder.addHandler(type, new DirectHandler() {
                @Override
                public TransportResponse handle(
                        TransportRequest request,
                        EventType event,
                        Status status,
                        ServerResponseHeaders headers,
                        String message) {
                    String sentence = status.code() >= 500 ? "The server failed." : sentence(status);
                    headers.set(HeaderNames.CONTENT_TYPE, "application/json");
                    return TransportResponse.builder()
                            .status(status)
                            .headers(headers)
                            .entity(handler.refusal(request.path(), status.code(), sentence))
                            .keepAlive(false)
                            .build();
                }
            });
        }
        return builder.build();
    }

    private static String sentence(Status status) {
        return switch (status.code()) {
            case 413 -> "The request's body is larger than this server takes.";
            case 414, 431 -> "The request's line or headers are larger than this server takes.";
            default -> "The request is not sound HTTP/1.1.";
        };
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public int connections() {
        return connections.size();
    }

    @Override
    public void stop() {
        server.stop();
        connections.close();
    }

    /// Puts our connection around Helidon's.
    private record Selector(ServerConnectionSelector selector, HttpOptions options, Connections connections)
            implements ServerConnectionSelector {
        @Override
        public int bytesToIdentifyConnection() {
            return selector.bytesToIdentifyConnection();
        }

        @Override
        public Support supports(BufferData data) {
            return selector.supports(data);
        }

        @Override
        public Set<String> supportedApplicationProtocols() {
            return selector.supportedApplicationProtocols();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new Connection(context, selector, options, connections);
        }
    }
}

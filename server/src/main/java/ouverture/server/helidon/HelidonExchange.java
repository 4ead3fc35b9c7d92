package ouverture.server.helidon;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import ouverture.server.http.BodyTooLargeException;
import ouverture.server.http.ClientGoneException;
import ouverture.server.http.Exchange;

/// A request of Helidon's.
final class HelidonExchange implements Exchange {
    private final ServerRequest request;
    private final ServerResponse response;
    private final Connection connection;
    private boolean bodyIsRead;

    HelidonExchange(ServerRequest request, ServerResponse response, Connection connection) {
        this.request = request;
        this.response = response;
        this.connection = connection;
    }

    @Override
    public String method() {
        return request.prologue().method().text();
    }

    @Override
    public String path() {
        return request.path().path();
    }

    @Override
    public String query() {
        return request.query().rawValue();
    }

    @Override
    public Optional<String> header(String name) {
        return request.headers().first(HeaderNames.create(name));
    }

    @Override
    public String remoteAddress() {
        return request.remotePeer().host();
    }

    @Override
    public byte[] body(int limit) {
        if (request.headers().contentLength().orElse(0) > limit) {
            throw new BodyTooLargeException(limit);
        }
        byte[] body = {};
        if (request.content().hasEntity()) {
            try (InputStream in = request.content().inputStream()) {
                body = in.readNBytes(limit + 1);
            } catch (IOException | RuntimeException e) {
                throw gone(e);
            }
        }
        if (body.length > limit) {
            throw new BodyTooLargeException(limit);
        }
        bodyIsRead = true;
        connection.requestIsThere();
        return body;
    }

    @Override
    public void whenGone(Runnable action) {
        connection.whenGone(action);
    }

    @Override
    public void send(int status, Map<String, String> headers, byte[] body) {
        begin(status, headers);
        try {
            response.send(body);
        } catch (RuntimeException e) {
            throw gone(e);
        }
    }

    private void begin(int status, Map<String, String> headers) {
        response.status(Status.create(status));
        headers.forEach((name, value) -> response.header(HeaderNames.create(name), value));
        boolean unread = !bodyIsRead && request.content().hasEntity();
        if (unread || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
            // What is still to come of the request is not worth reading.
            response.header(HeaderValues.CONNECTION_CLOSE);
            connection.last(unread);
        }
    }

    @Override
    public Body stream(int status, Map<String, String> headers) {
        begin(status, headers);
        OutputStream out = response.outputStream();
        return new Body() {
            @Override
            public void write(byte[] piece) {
                try {
                    out.write(piece);
                    out.flush();
                } catch (IOException | RuntimeException e) {
                    throw gone(e);
                }
            }

            @Override
            public void close() {
                try {
                    out.close();
                } catch (IOException | RuntimeException e) {
                    throw gone(e);
                }
            }
        };
    }

    /// What a broken connection is called; other exceptions are mistakes of ours and stay what they are.
    private static RuntimeException gone(Exception failure) {
        return switch (failure) {
            case IOException e -> new ClientGoneException(e);
            case UncheckedIOException e -> new ClientGoneException(e);
            case CloseConnectionException e -> new ClientGoneException(e);
            case SocketWriterException e -> new ClientGoneException(e);
            case DataReader.InsufficientDataAvailableException e -> new ClientGoneException(e);
            case RuntimeException e -> e;
            default -> new IllegalStateException(failure);
        };
    }
}

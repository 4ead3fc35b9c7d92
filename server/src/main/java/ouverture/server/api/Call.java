package ouverture.server.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ouverture.server.http.ClientGoneException;
import ouverture.server.http.Exchange;
import ouverture.server.key.ApiKey;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One request on its way through the server.
public final class Call extends Work {
    private static final int MOST_PATIENCE_SECONDS = 60;

    private final String id;
    private final Exchange exchange;
    private final ApiKey key;
    private final int bodyBytes;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Supplier<Background> detacher;
    private final List<CompletableFuture<Void>> untilBegun = new ArrayList<>();
    private @Nullable EventStream stream;
    private @Nullable BiConsumer<EventStream, ApiError> streamFailure;
    private int status;

    /// @param bodyBytes of the request at most
    /// @param detacher begins work that goes on when the request has ended
    Call(String id, Exchange exchange, ApiKey key, int bodyBytes, Supplier<Background> detacher) {
        super(party(key, exchange.remoteAddress()));
        this.id = id;
        this.detacher = detacher;
        this.exchange = exchange;
        this.key = key;
        this.bodyBytes = bodyBytes;
    }

    static String party(ApiKey key, String remote) {
        return key.hash().isEmpty() ? remote : key.hash();
    }

    /// Names the request in logs and in the answer's headers.
    public String id() {
        return id;
    }

    /// Whose request it is.
    public ApiKey key() {
        return key;
    }

    /// Work for the same party that goes on when the request has ended; its thread must end it.
    public Background detached() {
        return detacher.get();
    }

    /// Decoded path of the request.
    public String path() {
        return exchange.path();
    }

    /// Whether the client says that it takes a media type.
    public boolean accepts(String type) {
        return exchange.header("accept").filter(value -> value.contains(type)).isPresent();
    }

    /// What follows the question mark of the request's address, as it came; empty if nothing does.
    String query() {
        return exchange.query();
    }

    /// Status of the answer as far as it was sent; 0 before.
    int status() {
        return status;
    }

    /// Takes over the limits that the client has set. They count from the request's arrival, and can only be
    /// shorter than the server's.
    ///
    /// @throws ApiException if one cannot be read
    void limit() {
        ClientLimits limits = ClientLimits.of(exchange::header);
        limits.answer().ifPresent(most -> limitedBy(most, "as " + ClientLimits.ANSWER + " says"));
        limits.begin()
                .ifPresent(most -> untilBegun.add(limitedBy(most, "after which its client no longer waits for it")));
    }

    private CompletableFuture<Void> limitedBy(Duration most, String why) {
        CompletableFuture<Void> limit = limit(most, why);
        atEnd(() -> limit.complete(null));
        return limit;
    }

    /// Adds a header to the answer; to be called before it begins.
    public void header(String name, String value) {
        headers.put(name, value);
    }

    /// Reads the body; from then on the client is watched.
    byte[] body() {
        byte[] body = exchange.body(bodyBytes);
        exchange.whenGone(() -> cancel(new ClientGoneException(new IllegalStateException("closed by the client"))));
        return body;
    }

    /// Sends JSON with status 200.
    public void json(JsonNode body) {
        json(200, body);
    }

    void json(int status, JsonNode body) {
        send(status, "application/json", JsonMapper.shared().writeValueAsString(body));
    }

    /// Sends a text.
    ///
    /// @param type media type
    public void send(int status, String type, String text) {
        send(status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends bytes.
    ///
    /// @param type media type
    public void send(int status, String type, byte[] bytes) {
        this.status = status;
        header("content-type", type);
        exchange.send(status, headers, exchange.method().equals("HEAD") ? new byte[0] : bytes);
    }

    /// Begins an answer that comes event by event.
    ///
    /// @param type media type
    /// @param failure how an error is told when the stream has begun
    public EventStream stream(String type, BiConsumer<EventStream, ApiError> failure) {
        status = 200;
        untilBegun.forEach(limit -> limit.complete(null));
        header("content-type", type);
        header("cache-control", "no-store");
        EventStream begun = new EventStream(exchange.stream(200, headers));
        stream = begun;
        streamFailure = failure;
        return begun;
    }

    /// Tells the client of an error, in the answer that has begun or in one of its own.
    void fail(ApiError error, Api api) {
        EventStream begun = stream;
        if (begun != null && streamFailure != null) {
            streamFailure.accept(begun, error);
            begun.close();
            return;
        }
        if (error.kind() == ApiError.Kind.TOO_MANY || error.kind() == ApiError.Kind.UNAVAILABLE) {
            header("retry-after", Long.toString(Math.clamp(error.patience().toSeconds(), 1, MOST_PATIENCE_SECONDS)));
        }
        json(api.status(error), api.error(error, id));
    }

    /// Ends an answer that came event by event.
    void end() {
        if (stream != null) {
            stream.close();
        }
    }
}

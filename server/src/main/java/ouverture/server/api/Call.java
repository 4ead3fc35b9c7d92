package ouverture.server.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ouverture.server.http.ClientGoneException;
import ouverture.server.http.Exchange;
import ouverture.server.key.ApiKey;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One request on its way through the server. Its own thread answers it; any thread may cancel it.
public final class Call {
    private static final int MOST_PATIENCE_SECONDS = 60;

    private final String id;
    private final Exchange exchange;
    private final ApiKey key;
    private final int bodyBytes;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Account account = new Account();
    private final Object lock = new Object();
    private @Nullable RuntimeException cancellation;
    private @Nullable Runnable canceller;
    private @Nullable EventStream stream;
    private @Nullable BiConsumer<EventStream, ApiError> streamFailure;
    private int status;
    private final List<Runnable> atEnd = new ArrayList<>();

    Call(String id, Exchange exchange, ApiKey key, int bodyBytes) {
        this.id = id;
        this.exchange = exchange;
        this.key = key;
        this.bodyBytes = bodyBytes;
    }

    /// Names the request in logs and in the answer's headers.
    public String id() {
        return id;
    }

    /// Whose request it is.
    public ApiKey key() {
        return key;
    }

    /// Whose turn it is: a key's, or without keys that of an address.
    public String party() {
        return key.name().isEmpty() ? exchange.remoteAddress() : key.name();
    }

    /// Has something done when the request has ended, by its own thread.
    public void atEnd(Runnable action) {
        atEnd.add(action);
    }

    void ended() {
        atEnd.forEach(Runnable::run);
    }

    /// Decoded path of the request.
    public String path() {
        return exchange.path();
    }

    /// Whether the client says that it takes a media type.
    public boolean accepts(String type) {
        return exchange.header("accept").filter(value -> value.contains(type)).isPresent();
    }

    /// What is remembered of it.
    public Account account() {
        return account;
    }

    /// Status of the answer as far as it was sent; 0 before.
    int status() {
        return status;
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

    /// Gives the request up.
    ///
    /// @param reason thrown from [#checkCancelled] from now on
    void cancel(RuntimeException reason) {
        Runnable action;
        synchronized (lock) {
            if (cancellation != null) {
                return;
            }
            cancellation = reason;
            action = canceller;
        }
        if (action != null) {
            action.run();
        }
    }

    /// Gives the request up when it takes longer than this.
    ///
    /// @return to be completed when the request has ended
    CompletableFuture<Void> limit(Duration timeout) {
        CompletableFuture<Void> ended =
                new CompletableFuture<Void>().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        var _ = ended.whenComplete((_, failure) -> {
            if (failure instanceof TimeoutException) {
                cancel(new ApiException(
                        ApiError.Kind.TIMEOUT,
                        "The answer was given up after " + timeout.toSeconds()
                                + " seconds, the most that this server allows: ask for fewer tokens."));
            }
        });
        return ended;
    }

    /// Says how the work for this request is ended before its time; takes the place of what was said before.
    ///
    /// @param action may be called at once, and on any thread
    public void whenCancelled(Runnable action) {
        boolean already;
        synchronized (lock) {
            canceller = action;
            already = cancellation != null;
        }
        if (already) {
            action.run();
        }
    }

    /// Throws what the request was given up for, if it was.
    public void checkCancelled() {
        RuntimeException reason;
        synchronized (lock) {
            reason = cancellation;
        }
        if (reason != null) {
            throw reason;
        }
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
        this.status = status;
        header("content-type", type);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.send(status, headers, exchange.method().equals("HEAD") ? new byte[0] : bytes);
    }

    /// Begins an answer that comes event by event.
    ///
    /// @param type media type
    /// @param failure how an error is told when the stream has begun
    public EventStream stream(String type, BiConsumer<EventStream, ApiError> failure) {
        status = 200;
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

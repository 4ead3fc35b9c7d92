package ouverture.server.api;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import ouverture.error.OuvertureException;
import ouverture.server.field.FieldException;
import ouverture.server.http.BodyTooLargeException;
import ouverture.server.http.ClientGoneException;
import ouverture.server.http.Exchange;
import ouverture.server.http.HttpHandler;
import ouverture.server.key.ApiKey;
import ouverture.server.key.ApiKeys;
import tools.jackson.databind.json.JsonMapper;

/// Where all requests come in: finds out whose they are and what they want, and turns whatever happens into an
/// answer, a line of the log and figures.
public final class Front implements HttpHandler {
    private static final Duration STEP = Duration.ofMillis(20);
    private static final String PREFLIGHT = "OPTIONS";
    private static final String BACKGROUND = "BACKGROUND";

    /// What a server lets pass.
    ///
    /// @param bodyBytes of a request at most
    /// @param timeout of an answer
    /// @param origins web pages of other hosts that may ask, as `https://example.org`
    /// @param host that the server was told to listen on
    public record Rules(ApiKeys keys, int bodyBytes, Duration timeout, Set<String> origins, String host) {
        public Rules {
            origins = Set.copyOf(origins);
        }
    }

    private final Router router;
    private final Rules rules;
    private final Observer observer;
    private final SecureRandom random = new SecureRandom();
    private final Set<Work> running = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /// Hears of every request that has ended.
    @FunctionalInterface
    public interface Observer {
        /// @param error what the client was told, null if it got what it asked for
        /// @param failure a mistake of ours that caused the error, else null
        void ended(Ended request, @Nullable ApiError error, @Nullable Throwable failure);
    }

    /// A request that has ended.
    ///
    /// @param key name of the key that it came with, or empty
    /// @param method of HTTP, or `BACKGROUND` for an answer that went on without its request
    /// @param status of the answer; 499 if the client left before
    public record Ended(
            String id,
            String remote,
            String key,
            String method,
            String path,
            int status,
            Duration took,
            Account account) {}

    public Front(List<Endpoint<?>> endpoints, Rules rules, Observer observer) {
        router = new Router(endpoints);
        this.rules = rules;
        this.observer = observer;
    }

    /// Requests that are being answered, and answers that go on in the background.
    public int running() {
        return running.size();
    }

    @Override
    public void handle(Exchange exchange) {
        long start = System.nanoTime();
        byte[] number = new byte[12];
        random.nextBytes(number);
        String id = "req_" + HexFormat.of().formatHex(number);
        Api api = router.api(exchange.path());
        Optional<ApiKey> key = key(exchange);
        Call call = new Call(
                id,
                exchange,
                key.orElse(ApiKey.ANYBODY),
                rules.bodyBytes(),
                () -> background(id, exchange, key.orElse(ApiKey.ANYBODY)));
        call.header(api.requestIdHeader(), id);
        begin(call, exchange);
        ApiError error = null;
        Throwable mistake = null;
        int status;
        try {
            error = answer(exchange, call, key);
            if (error != null) {
                call.fail(error, api);
            }
            call.end();
            status = call.status();
        } catch (ClientGoneException e) {
            status = 499;
        } catch (RuntimeException | Error e) {
            mistake = e;
            error = new ApiError(ApiError.Kind.FAILED, "The server failed; its log has request " + id + ".");
            status = tell(call, error, api);
        } finally {
            call.ended();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        observer.ended(
                new Ended(
                        id,
                        exchange.remoteAddress(),
                        call.key().name(),
                        exchange.method(),
                        exchange.path(),
                        status,
                        took,
                        call.account()),
                error,
                mistake);
    }

    /// Takes note of work until it has ended, within the time that it may take.
    private void begin(Work work, Exchange exchange) {
        work.account()
                .follows(
                        exchange.header("traceparent").orElse(""),
                        exchange.header("tracestate").orElse(""));
        running.add(work);
        CompletableFuture<Void> limit = work.limit(rules.timeout(), "the most that this server allows");
        work.atEnd(() -> {
            limit.complete(null);
            running.remove(work);
        });
    }

    /// Work of a request that goes on without it; has a line of its own in the log.
    private Background background(String id, Exchange exchange, ApiKey key) {
        long start = System.nanoTime();
        String remote = exchange.remoteAddress();
        String path = exchange.path();
        Background work = new Background(Call.party(key, remote), (account, error, mistake) -> {
            int status = error == null ? 200 : error.kind().status();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            observer.ended(new Ended(id, remote, key.name(), BACKGROUND, path, status, took, account), error, mistake);
        });
        begin(work, exchange);
        return work;
    }

    private static int tell(Call call, ApiError error, Api api) {
        try {
            call.fail(error, api);
            return call.status();
        } catch (ClientGoneException e) {
            return 499;
        }
    }

    /// @return what the client is to be told instead of an answer, or null
    private @Nullable ApiError answer(Exchange exchange, Call call, Optional<ApiKey> key) {
        try {
            checkOrigin(exchange, call);
            if (exchange.method().equals(PREFLIGHT)) {
                preflight(exchange, call);
                return null;
            }
            Endpoint<?> endpoint = router.find(exchange.method(), exchange.path());
            checkKey(endpoint, key);
            if (!exchange.query().isEmpty()
                    && !endpoint.takesQuery()
                    && !endpoint.api().allows(exchange.query())) {
                throw new ApiException(
                        ApiError.Kind.INVALID,
                        "Nothing is known that could be asked after the question mark of " + exchange.path()
                                + "; leave it out.");
            }
            if (stopping) {
                throw new ApiException(ApiError.Kind.UNAVAILABLE, "The server is shutting down.");
            }
            call.limit();
            endpoint.serve(call);
            return null;
        } catch (ApiException e) {
            return e.error();
        } catch (FieldException e) {
            return new ApiError(ApiError.Kind.INVALID, message(e), e.path());
        } catch (BodyTooLargeException e) {
            return new ApiError(ApiError.Kind.TOO_LARGE, message(e));
        } catch (OuvertureException e) {
            return ApiError.of(e);
        }
    }

    private static String message(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }

    private Optional<ApiKey> key(Exchange exchange) {
        if (rules.keys().isEmpty()) {
            return Optional.of(ApiKey.ANYBODY);
        }
        return exchange.header("authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip())
                .or(() -> exchange.header("x-api-key"))
                .flatMap(rules.keys()::find);
    }

    private static void checkKey(Endpoint<?> endpoint, Optional<ApiKey> key) {
        switch (endpoint.access()) {
            case Endpoint.Access.Open() -> {}
            case Endpoint.Access.Keys(var scope) -> {
                ApiKey known = key.orElseThrow(() -> new ApiException(
                        ApiError.Kind.NO_KEY,
                        "This server wants an API key that it knows, as `Authorization: Bearer KEY` or"
                                + " `x-api-key: KEY`."));
                if (!known.scopes().contains(scope)) {
                    throw new ApiException(
                            ApiError.Kind.FORBIDDEN, "The API key is not good for " + scope.text() + ".");
                }
            }
        }
    }

    /// Browsers say for which page they ask. Pages of other hosts may not, unless they are allowed to; nor may
    /// pages that reach a server without keys under a name of their own (DNS rebinding).
    private void checkOrigin(Exchange exchange, Call call) {
        String host = exchange.header("host").orElse("");
        if (rules.keys().isEmpty() && !isOurs(hostName("http://" + host))) {
            throw new ApiException(
                    ApiError.Kind.FORBIDDEN,
                    "This server has no API keys and therefore answers under its own address only, not as " + host
                            + ".");
        }
        String origin = exchange.header("origin").orElse("");
        if (origin.isEmpty() || origin.endsWith("://" + host)) {
            return;
        }
        if (!rules.origins().contains(origin)) {
            throw new ApiException(
                    ApiError.Kind.FORBIDDEN,
                    "Web pages of " + origin + " may not ask this server; --cors-origin allows it.");
        }
        call.header("access-control-allow-origin", origin);
        call.header("vary", "origin");
    }

    private boolean isOurs(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals(rules.host())
                || host.startsWith("[")
                || host.matches("[0-9.]+");
    }

    private static String hostName(String uri) {
        try {
            String host = URI.create(uri).getHost();
            return host == null ? "" : host;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static void preflight(Exchange exchange, Call call) {
        call.header("access-control-allow-methods", "GET, POST, PUT, DELETE");
        call.header(
                "access-control-allow-headers",
                exchange.header("access-control-request-headers").orElse("content-type, authorization"));
        call.header("access-control-max-age", "600");
        call.send(204, "text/plain", "");
    }

    @Override
    public byte[] refusal(String path, int status, String sentence) {
        ApiError error = new ApiError(ApiError.Kind.of(status), sentence);
        return JsonMapper.shared()
                .writeValueAsString(router.api(path).error(error, ""))
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Refuses new requests and waits until those that run have ended; what still runs then is given up.
    ///
    /// @param patience how long it waits
    public void drain(Duration patience) {
        stopping = true;
        await(patience);
        running.forEach(work -> work.cancel(new ApiException(
                ApiError.Kind.UNAVAILABLE, "The server was shut down before the answer was complete.")));
        await(Duration.ofSeconds(1));
    }

    private void await(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (!running.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

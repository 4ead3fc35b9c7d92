package ouverture.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.error.RequestException;
import ouverture.server.answer.Backend;
import ouverture.server.anthropic.Anthropic;
import ouverture.server.api.ApiError;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Front;
import ouverture.server.helidon.HelidonServer;
import ouverture.server.history.History;
import ouverture.server.http.HttpOptions;
import ouverture.server.http.HttpServer;
import ouverture.server.key.ApiKeys;
import ouverture.server.metric.ServerMetrics;
import ouverture.server.model.ModelSource;
import ouverture.server.model.Models;
import ouverture.server.model.ServedModel;
import ouverture.server.model.Turns;
import ouverture.server.ollama.Ollama;
import ouverture.server.openai.OpenAi;
import ouverture.server.own.Ouverture;

/// A running server.
public final class Server implements AutoCloseable {
    private static final int HEADER_BYTES = 16 << 10;

    private final ServerOptions options;
    private final AccessLog log;
    private final ServerMetrics metrics = new ServerMetrics();
    private final Traces traces;
    private final Front front;
    private final HttpServer http;
    private final Models models;
    private final Optional<History> history;
    private boolean closed;

    /// Loads models and begins to listen.
    ///
    /// @param models files, folders or [DefaultModel#PATH] by the names that clients use, in the order in which
    ///     they are listed
    /// @param adapters for the first of the models, by the names that clients call the changed model by
    /// @param engine how each of them runs
    /// @throws ouverture.error.OuvertureException if a model cannot be loaded
    /// @throws RequestException if the host is unknown, or open to others without keys, or the certificate no
    ///     good
    /// @throws ouverture.error.ResourceException if the address cannot be had
    public static Server open(
            ServerOptions options, Map<String, Path> models, Map<String, Path> adapters, EngineOptions engine) {
        check(options);
        List<ModelSource> sources = models.entrySet().stream()
                .map(model -> ModelSource.of(
                        model.getKey(),
                        model.getValue(),
                        engine.sequences(),
                        mapped ->
                                ServedModel.of(Engine.open(model.getValue(), engine, mapped), options.sharesPrompts())))
                .toList();
        Models loaded = new Models(sources, engine.queue());
        try {
            loaded.preload();
            adapters.forEach((name, path) ->
                    loaded.addAdapter(name, models.keySet().iterator().next(), path));
            return new Server(options, loaded);
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /// Begins to listen, with models that it owns; throws as the other.
    static Server start(ServerOptions options, Models models) {
        return new Server(options, models);
    }

    /// Refuses what cannot be before models are loaded.
    private static void check(ServerOptions options) {
        address(options.host(), keys(options));
        options.tls().ifPresent(TlsFiles::context);
    }

    private static ApiKeys keys(ServerOptions options) {
        return options.keys().map(ApiKeys::read).orElse(ApiKeys.NONE);
    }

    private Server(ServerOptions options, Models models) {
        this.options = options;
        this.models = models;
        log = new AccessLog(options.log());
        traces = Traces.of(options.tracing(), log::warn);
        ApiKeys keys = keys(options);
        InetAddress address = address(options.host(), keys);
        history = options.history().map(History::new);
        front = new Front(
                endpoints(new Backend(models, metrics), history),
                new Front.Rules(keys, options.bodyBytes(), options.answerTimeout(), options.origins(), options.host()),
                this::ended);
        http = HelidonServer.start(
                new HttpOptions(
                        address,
                        options.port(),
                        options.tls().map(TlsFiles::context),
                        options.connections(),
                        HEADER_BYTES,
                        options.bodyBytes(),
                        options.readTimeout(),
                        options.idleTimeout(),
                        options.writeTimeout()),
                front);
        metrics.gauge("ouverture.requests.running", "Requests that are being answered", front::running);
        metrics.gauge(
                "ouverture.answers.running",
                "Answers that models give",
                () -> models.turns().stream().mapToInt(Turns::running).sum());
        metrics.gauge(
                "ouverture.answers.waiting",
                "Answers that wait for their turn",
                () -> models.turns().stream().mapToInt(Turns::waiting).sum());
        metrics.gauge(
                "ouverture.models.loaded",
                "Models in memory",
                () -> models.all().stream()
                        .filter(model -> model.isLoaded() && model.parent().isEmpty())
                        .count());
        metrics.gauge("ouverture.connections", "Connections that are open", http::connections);
    }

    private static InetAddress address(String host, ApiKeys keys) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new RequestException("This machine knows no host " + host + " to listen on; give an address.", e);
        }
        if (!address.isLoopbackAddress() && keys.isEmpty()) {
            throw new RequestException("Others can reach " + host
                    + ", and this server has no API keys: make one with `ouverture api-key` and give --api-key-file,"
                    + " or listen on 127.0.0.1.");
        }
        return address;
    }

    /// All that clients can ask for.
    static List<Endpoint<?>> endpoints(Backend backend, Optional<History> history) {
        List<Endpoint<?>> endpoints = new ArrayList<>(OpenAi.endpoints(backend));
        endpoints.addAll(Anthropic.endpoints(backend));
        endpoints.addAll(Ollama.endpoints(backend));
        endpoints.addAll(Ouverture.endpoints(backend, history));
        return endpoints;
    }

    private void ended(Front.Ended request, @Nullable ApiError error, @Nullable Throwable failure) {
        String model = request.account().model();
        String kind = error == null
                ? request.status() == 499 ? "cancelled" : ""
                : error.kind().name().toLowerCase(Locale.ROOT);
        if (!model.isEmpty()) {
            metrics.request(request.account().operation(), model, kind, request.took());
            RequestEvent.record(request, kind);
        }
        log.write(request, traces.note(request, kind), error, failure);
    }

    /// The port that it listens on.
    public int port() {
        return http.port();
    }

    /// Takes no more requests, lets running answers end as long as the options allow, and stops.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        front.drain(options.patience());
        http.stop();
        models.close();
        history.ifPresent(History::close);
        metrics.close();
        traces.close();
    }
}

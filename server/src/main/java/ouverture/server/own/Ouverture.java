package ouverture.server.own;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import ouverture.server.answer.Backend;
import ouverture.server.api.Api;
import ouverture.server.api.ApiError;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;
import ouverture.server.history.History;
import ouverture.server.key.Scope;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The manners of our own endpoints and of the web page.
public final class Ouverture implements Api {
    private final Backend backend;
    private final boolean isKeeping;

    private Ouverture(Backend backend, boolean isKeeping) {
        this.backend = backend;
        this.isKeeping = isKeeping;
    }

    /// Its endpoints.
    ///
    /// @param history where conversations of the web page are kept, if they are
    public static List<Endpoint<?>> endpoints(Backend backend, Optional<History> history) {
        Ouverture api = new Ouverture(backend, history.isPresent());
        List<Endpoint<?>> endpoints = new ArrayList<>(Page.endpoints(api));
        endpoints.addAll(new Tokens(backend).endpoints(api));
        endpoints.add(new Rerank(backend).endpoint(api));
        endpoints.addAll(new Conversations(history).endpoints(api));
        endpoints.addAll(new AdapterChanges(backend).endpoints(api));
        endpoints.addAll(List.of(
                Endpoint.get(
                        "/health",
                        api,
                        new Access.Open(),
                        "Says that the server is ready, which models it has, and whether it keeps conversations"
                                + " (`history`); 503 while it shuts down.",
                        (_, call) -> call.json(api.health())),
                Endpoint.get(
                        "/metrics",
                        api,
                        new Access.Keys(Scope.METRICS),
                        "Figures in the text format of Prometheus.",
                        (_, call) -> call.send(
                                200,
                                "text/plain; version=0.0.4; charset=utf-8",
                                backend.metrics().text()))));
        return endpoints;
    }

    private ObjectNode health() {
        ObjectNode health =
                JsonNodeFactory.instance.objectNode().put("status", "ok").put("history", isKeeping);
        ArrayNode models = health.putArray("models");
        backend.models().names().forEach(models::add);
        return health;
    }

    @Override
    public String title() {
        return "Ouverture";
    }

    @Override
    public ObjectNode error(ApiError error, String requestId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode inner = body.putObject("error")
                .put("kind", error.kind().name().toLowerCase(Locale.ROOT))
                .put("message", error.message());
        if (!error.field().isEmpty()) {
            inner.put("field", error.field());
        }
        return body;
    }
}

package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import ouverture.server.answer.Backend;
import ouverture.server.api.Api;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;
import ouverture.server.field.JsonTypes;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The manners of OpenAI's API.
public final class OpenAi implements Api {
    private static final String MODELS = "/v1/models";

    private final Backend backend;

    private OpenAi(Backend backend) {
        this.backend = backend;
    }

    /// Its endpoints.
    public static List<Endpoint<?>> endpoints(Backend backend) {
        OpenAi api = new OpenAi(backend);
        Access models = new Access.Keys(Scope.MODELS);
        List<Endpoint<?>> endpoints = new ArrayList<>(
                List.of(new ChatCompletions(backend).endpoint(api), new Completions(backend).endpoint(api)));
        endpoints.addAll(new Responses(backend, new ResponseStore()).endpoints(api));
        endpoints.addAll(List.of(
                new Embeddings(backend).endpoint(api),
                Endpoint.get(
                        MODELS, api, models, "Lists the models that this server has.", (_, call) -> api.list(call)),
                Endpoint.get(
                        MODELS + "/*",
                        api,
                        models,
                        "Looks at one model.",
                        (_, call) -> call.json(model(backend.status(call.path().substring(MODELS.length() + 1))))),
                Endpoint.post(
                        "/v1/moderations",
                        api,
                        Scope.INFERENCE,
                        "Answers 501 whatever it is asked: this server has no guard rails yet.",
                        JsonTypes.object(),
                        (_, _) -> {
                            throw new ApiException(
                                    ApiError.Kind.NOT_SUPPORTED,
                                    "This server cannot judge texts: it has no guard rails yet.");
                        })));
        return endpoints;
    }

    private void list(Call call) {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        backend.models().all().forEach(model -> data.add(model(model)));
        call.json(list);
    }

    private static ObjectNode model(Models.Status model) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", model.source().name())
                .put("object", "model")
                .put("created", model.source().modified().getEpochSecond())
                .put("owned_by", "ouverture")
                .put("loaded", model.isLoaded());
        model.parent().ifPresent(parent -> node.put("parent", parent));
        model.info().ifPresent(info -> node.put("context_length", info.cachePositions()));
        return node;
    }

    @Override
    public String title() {
        return "OpenAI";
    }

    @Override
    public ObjectNode error(ApiError error, String requestId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode inner =
                body.putObject("error").put("message", error.message()).put("type", type(error.kind()));
        if (error.field().isEmpty()) {
            inner.putNull("param");
        } else {
            inner.put("param", error.field());
        }
        String code = code(error.kind());
        if (code.isEmpty()) {
            inner.putNull("code");
        } else {
            inner.put("code", code);
        }
        return body;
    }

    private static String type(ApiError.Kind kind) {
        return switch (kind) {
            case INVALID,
                    PROMPT_TOO_LONG,
                    NO_KEY,
                    NOT_FOUND,
                    NO_MODEL,
                    NO_RESPONSE,
                    WRONG_METHOD,
                    TOO_LARGE,
                    NOT_SUPPORTED -> "invalid_request_error";
            case FORBIDDEN -> "permission_error";
            case TOO_MANY -> "rate_limit_error";
            case FAILED, UNAVAILABLE, TIMEOUT -> "server_error";
        };
    }

    private static String code(ApiError.Kind kind) {
        return switch (kind) {
            case PROMPT_TOO_LONG -> "context_length_exceeded";
            case NO_KEY -> "invalid_api_key";
            case NO_MODEL -> "model_not_found";
            case NO_RESPONSE -> "previous_response_not_found";
            case TOO_MANY -> "rate_limit_exceeded";
            case NOT_SUPPORTED -> "not_supported";
            case INVALID, FORBIDDEN, NOT_FOUND, WRONG_METHOD, TOO_LARGE, FAILED, UNAVAILABLE, TIMEOUT -> "";
        };
    }
}

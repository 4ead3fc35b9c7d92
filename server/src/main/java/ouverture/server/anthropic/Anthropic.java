package ouverture.server.anthropic;

import java.util.List;
import ouverture.server.answer.Backend;
import ouverture.server.api.Api;
import ouverture.server.api.ApiError;
import ouverture.server.api.Endpoint;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The manners of Anthropic's API.
public final class Anthropic implements Api {
    private static final int OVERLOADED = 529;

    private Anthropic() {}

    /// Its endpoints.
    public static List<Endpoint<?>> endpoints(Backend backend) {
        return new Messages(backend).endpoints(new Anthropic());
    }

    @Override
    public String title() {
        return "Anthropic";
    }

    /// Anthropic's own library asks so for its newest fields.
    @Override
    public boolean allows(String query) {
        return query.equals("beta=true");
    }

    @Override
    public String requestIdHeader() {
        return "request-id";
    }

    @Override
    public int status(ApiError error) {
        return error.kind() == ApiError.Kind.UNAVAILABLE
                ? OVERLOADED
                : error.kind().status();
    }

    @Override
    public ObjectNode error(ApiError error, String requestId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
        body.putObject("error").put("type", type(error.kind())).put("message", error.message());
        return body.put("request_id", requestId);
    }

    private static String type(ApiError.Kind kind) {
        return switch (kind) {
            case INVALID, PROMPT_TOO_LONG, WRONG_METHOD, NOT_SUPPORTED -> "invalid_request_error";
            case NO_KEY -> "authentication_error";
            case FORBIDDEN -> "permission_error";
            case NOT_FOUND, NO_MODEL, NO_RESPONSE -> "not_found_error";
            case TOO_LARGE -> "request_too_large";
            case TOO_MANY -> "rate_limit_error";
            case FAILED -> "api_error";
            case UNAVAILABLE -> "overloaded_error";
            case TIMEOUT -> "timeout_error";
        };
    }
}

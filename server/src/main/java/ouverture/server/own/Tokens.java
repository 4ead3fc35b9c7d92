package ouverture.server.own;

import java.util.List;
import ouverture.server.answer.Backend;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.key.Scope;
import ouverture.text.Tokenizer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/tokenize` and `/v1/detokenize`.
final class Tokens {
    /// `model`.
    static final Field<String> MODEL =
            Field.required("model", JsonTypes.name(), "name of a model, as `/v1/models` lists them");
    private static final Field<String> TEXT = Field.required("text", JsonTypes.text(), "what is turned into tokens");
    private static final Field<Boolean> ADD_SPECIAL = Field.of(
            "add_special", JsonTypes.flag(), false, "adds the tokens that begin or end every text of this model");
    private static final Field<Boolean> PARSE_SPECIAL = Field.of(
            "parse_special",
            JsonTypes.flag(),
            false,
            "makes control tokens of what is written like them, as in a chat template; without it they are plain text");
    private static final Field<Boolean> PIECES =
            Field.of("pieces", JsonTypes.flag(), false, "adds `pieces`: each token as the vocabulary writes it");
    private static final Field<List<Integer>> TOKENS = Field.required(
            "tokens",
            JsonTypes.list("token ids", JsonTypes.integer(0, Integer.MAX_VALUE), 0, Integer.MAX_VALUE),
            "what is turned into text, without control tokens; bytes that are not UTF-8 become U+FFFD");

    private static final ObjectType<Values> TOKENIZE = new ObjectType<>(
            "a tokenize request", List.of(MODEL, TEXT, ADD_SPECIAL, PARSE_SPECIAL, PIECES), values -> values);
    private static final ObjectType<Values> DETOKENIZE =
            new ObjectType<>("a detokenize request", List.of(MODEL, TOKENS), values -> values);

    private final Backend backend;

    Tokens(Backend backend) {
        this.backend = backend;
    }

    List<Endpoint<?>> endpoints(Ouverture api) {
        return List.of(
                Endpoint.post(
                        "/v1/tokenize",
                        api,
                        Scope.INFERENCE,
                        "Turns a text into a model's `tokens` and tells their `count`.",
                        TOKENIZE,
                        this::tokenize),
                Endpoint.post(
                        "/v1/detokenize",
                        api,
                        Scope.INFERENCE,
                        "Turns tokens into `text`.",
                        DETOKENIZE,
                        this::detokenize));
    }

    private Tokenizer tokenizer(Values request, Call call) {
        String name = request.get(MODEL);
        return backend.model(name, call)
                .model()
                .tokenizer()
                .orElseThrow(() -> new ApiException(
                        new ApiError(ApiError.Kind.INVALID, name + " has no tokenizer.", MODEL.name())));
    }

    private void tokenize(Values request, Call call) {
        Tokenizer tokenizer = tokenizer(request, call);
        int[] ids = tokenizer.encode(request.get(TEXT), request.get(ADD_SPECIAL), request.get(PARSE_SPECIAL));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("count", ids.length);
        ArrayNode tokens = body.putArray("tokens");
        for (int id : ids) {
            tokens.add(id);
        }
        if (request.get(PIECES)) {
            ArrayNode pieces = body.putArray("pieces");
            for (int id : ids) {
                pieces.add(tokenizer.piece(id));
            }
        }
        call.json(body);
    }

    private void detokenize(Values request, Call call) {
        int[] ids = request.get(TOKENS).stream().mapToInt(Integer::intValue).toArray();
        call.json(JsonNodeFactory.instance
                .objectNode()
                .put("text", tokenizer(request, call).decode(ids)));
    }
}

package ouverture.server.openai;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.CompletionRequest.Prompt;
import ouverture.Pooling;
import ouverture.server.answer.Backend;
import ouverture.server.answer.TextVectors;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/embeddings`: vectors that stand for texts.
final class Embeddings {
    private static final int MOST_TEXTS = 2048;
    private static final String BASE64 = "base64";

    private static final Field<List<Prompt>> INPUT =
            Field.required("input", Prompts.upTo(MOST_TEXTS), "the texts; control tokens in them are plain text");
    private static final Field<String> ENCODING_FORMAT = Field.of(
            "encoding_format",
            JsonTypes.oneOf("float", BASE64),
            "float",
            "numbers, or the bytes of 32-bit numbers, lowest byte first, in Base64");
    private static final Field<Optional<Integer>> DIMENSIONS = Field.optional(
            "dimensions",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            "keeps so many numbers of each vector, which are brought to length 1 again; all of them without it");
    private static final Field<Optional<Pooling>> POOLING = Field.optional(
            "pooling",
            pooling(),
            "what stands for the text: the mean of all positions, or the last position; as the model's file says"
                    + " without it, else `mean`; not in OpenAI's API");

    private static final ObjectType<Values> TYPE = new ObjectType<>(
            "an embeddings request",
            List.of(
                    ChatCompletionRequest.MODEL,
                    INPUT,
                    ENCODING_FORMAT,
                    DIMENSIONS,
                    POOLING,
                    ChatCompletionRequest.USER),
            values -> values);

    private final Backend backend;

    Embeddings(Backend backend) {
        this.backend = backend;
    }

    private static JsonType<Pooling> pooling() {
        Map<String, Pooling> choices = new LinkedHashMap<>();
        for (Pooling each : Pooling.values()) {
            choices.put(each.text(), each);
        }
        return JsonTypes.oneOf(choices);
    }

    Endpoint<Values> endpoint(OpenAi api) {
        return Endpoint.post(
                "/v1/embeddings",
                api,
                Scope.INFERENCE,
                "Makes vectors of length 1 from the hidden states of a model.",
                TYPE,
                this::answer);
    }

    private void answer(Values request, Call call) {
        Models.Lease model = backend.model(request.get(ChatCompletionRequest.MODEL), call);
        call.account()
                .asks(
                        "embeddings",
                        model.name(),
                        request.get(ChatCompletionRequest.USER).orElse(""),
                        false);
        TextVectors.Settings settings = new TextVectors.Settings(
                request.get(POOLING), request.get(DIMENSIONS).orElse(0), false);
        TextVectors vectors = TextVectors.of(request.get(INPUT), settings, model, backend, call);
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        for (float[] vector : vectors.vectors()) {
            ObjectNode embedding = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (request.get(ENCODING_FORMAT).equals(BASE64)) {
                embedding.put("embedding", base64(vector));
            } else {
                ArrayNode numbers = embedding.putArray("embedding");
                for (float each : vector) {
                    numbers.add(each);
                }
            }
        }
        body.put("model", model.name());
        body.putObject("usage").put("prompt_tokens", vectors.tokens()).put("total_tokens", vectors.tokens());
        call.json(body);
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}

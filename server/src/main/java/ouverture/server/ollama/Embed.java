package ouverture.server.ollama;

import java.util.List;
import java.util.Optional;
import ouverture.CompletionRequest.Prompt;
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

/// `/api/embed`: vectors that stand for texts.
final class Embed {
    private static final JsonType<Prompt> TEXT = JsonTypes.text().as(Prompt.Text::new);
    private static final Field<List<Prompt>> INPUT = Field.required(
            "input",
            JsonTypes.either(TEXT.as(List::of), JsonTypes.list("texts", TEXT, 1, Integer.MAX_VALUE)),
            "the texts");
    private static final Field<Boolean> TRUNCATE = Field.of(
            "truncate",
            JsonTypes.flag(),
            false,
            "cuts texts that do not fit the context; they are refused without it, unlike in Ollama's own server");
    private static final Field<Optional<Integer>> DIMENSIONS = Field.optional(
            "dimensions",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            "keeps so many numbers of each vector, which are brought to length 1 again");
    private static final Field<Optional<Integer>> OPTIONS = Field.optional(
            "options",
            new ObjectType<>(
                    "options of embeddings",
                    List.of(OptionFields.NUM_CTX),
                    values -> values.get(OptionFields.NUM_CTX).orElse(0)),
            "what the model must be able to");

    private static final ObjectType<Values> TYPE = new ObjectType<>(
            "an embed request",
            List.of(CommonFields.MODEL, INPUT, TRUNCATE, DIMENSIONS, KeepAlive.FIELD, OPTIONS),
            values -> values);

    private final Backend backend;

    Embed(Backend backend) {
        this.backend = backend;
    }

    Endpoint<Values> endpoint(Ollama api) {
        return Endpoint.post(
                "/api/embed",
                api,
                Scope.INFERENCE,
                "Makes vectors of length 1 from the hidden states of a model.",
                TYPE,
                this::answer);
    }

    private void answer(Values request, Call call) {
        long start = System.nanoTime();
        Models.Lease model = backend.model(request.get(CommonFields.MODEL), call);
        long loaded = System.nanoTime();
        OptionFields.check(request.get(OPTIONS).orElse(0), model.model().info().cachePositions());
        backend.models().keep(model.name(), request.get(KeepAlive.FIELD).duration());
        call.account().asks("embeddings", model.name(), "", false);
        TextVectors.Settings settings = new TextVectors.Settings(
                Optional.empty(), request.get(DIMENSIONS).orElse(0), request.get(TRUNCATE));
        TextVectors vectors = TextVectors.of(request.get(INPUT), settings, model, backend, call);
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model.name());
        ArrayNode embeddings = body.putArray("embeddings");
        for (float[] vector : vectors.vectors()) {
            ArrayNode numbers = embeddings.addArray();
            for (float each : vector) {
                numbers.add(each);
            }
        }
        call.json(body.put("total_duration", System.nanoTime() - start)
                .put("load_duration", loaded - start)
                .put("prompt_eval_count", vectors.tokens()));
    }
}

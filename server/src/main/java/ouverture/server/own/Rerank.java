package ouverture.server.own;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import ouverture.server.answer.Backend;
import ouverture.server.answer.Relevance;
import ouverture.server.answer.Relevance.Method;
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

/// `/v1/rerank`: documents in the order in which they answer a query, as Cohere and Jina have it.
final class Rerank {
    private static final int MOST_DOCUMENTS = 1000;

    private static final Field<String> QUERY =
            Field.required("query", JsonTypes.name(), "what the documents are to answer");
    private static final Field<String> TEXT = Field.required("text", JsonTypes.text(), "the document's text");
    private static final JsonType<String> DOCUMENT = JsonTypes.either(
            JsonTypes.text(), new ObjectType<>("a document", List.of(TEXT), values -> values.get(TEXT)));
    private static final Field<List<String>> DOCUMENTS = Field.required(
            "documents", JsonTypes.list("documents", DOCUMENT, 1, MOST_DOCUMENTS), "texts, or objects with a text");
    private static final Field<Optional<Integer>> TOP_N = Field.optional(
            "top_n", JsonTypes.integer(1, Integer.MAX_VALUE), "documents to tell of at most; all of them without it");
    private static final Field<Boolean> RETURN_DOCUMENTS =
            Field.of("return_documents", JsonTypes.flag(), false, "adds the documents' texts to the results");
    private static final Field<String> INSTRUCTION = Field.of(
            "instruction",
            JsonTypes.name(),
            "Given a web search query, retrieve relevant passages that answer the query",
            "what counts as an answer; for `method` `\"yes_no\"`");
    private static final Field<Optional<Method>> METHOD = Field.optional(
            "method",
            JsonTypes.oneOf("yes_no", "embedding").as(name -> Method.valueOf(name.toUpperCase(Locale.ROOT))),
            "`yes_no` asks the model whether a document answers the query, and scores its probability of yes (the way of"
                    + " Qwen3-Reranker); `embedding` scores the cosine of both texts' vectors; without it `yes_no` where"
                    + " the model has a chat template, else `embedding`");

    private static final ObjectType<Values> TYPE = new ObjectType<>(
            "a rerank request",
            List.of(
                    Tokens.MODEL,
                    QUERY,
                    DOCUMENTS,
                    TOP_N,
                    RETURN_DOCUMENTS,
                    INSTRUCTION,
                    METHOD,
                    Field.refused("max_tokens_per_doc", "documents are never cut"),
                    Field.refused("max_chunks_per_doc", "documents are never cut"),
                    Field.refused("rank_fields", "documents have a text only")),
            values -> values);

    private final Backend backend;

    Rerank(Backend backend) {
        this.backend = backend;
    }

    Endpoint<Values> endpoint(Ouverture api) {
        return Endpoint.post(
                "/v1/rerank",
                api,
                Scope.INFERENCE,
                "Puts documents in the order in which they answer a query; `relevance_score` is from 0 to 1.",
                TYPE,
                this::answer);
    }

    private void answer(Values request, Call call) {
        Models.Lease model = backend.model(request.get(Tokens.MODEL), call);
        call.account().asks("rerank", model.name(), "", false);
        List<String> documents = request.get(DOCUMENTS);
        Relevance found = Relevance.of(
                new Relevance.Question(request.get(QUERY), documents, request.get(INSTRUCTION)),
                request.get(METHOD).orElseGet(() -> Relevance.method(model)),
                model,
                backend,
                call);
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("object", "list")
                .put("id", "rerank-" + call.id())
                .put("model", model.name())
                .put("method", found.method().name().toLowerCase(Locale.ROOT));
        ArrayNode results = body.putArray("results");
        IntStream.range(0, documents.size())
                .boxed()
                .sorted(Comparator.comparingDouble(
                        (Integer i) -> -found.scores().get(i)))
                .limit(request.get(TOP_N).orElse(documents.size()))
                .forEach(i -> {
                    ObjectNode result = results.addObject()
                            .put("index", i)
                            .put("relevance_score", found.scores().get(i));
                    if (request.get(RETURN_DOCUMENTS)) {
                        result.putObject("document").put("text", documents.get(i));
                    }
                });
        body.putObject("usage").put("prompt_tokens", found.tokens()).put("total_tokens", found.tokens());
        call.json(body);
    }
}

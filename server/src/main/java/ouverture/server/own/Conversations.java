package ouverture.server.own;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;
import ouverture.server.api.Endpoint.Place;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.history.Conversation;
import ouverture.server.history.History;
import ouverture.server.history.Judgement;
import ouverture.server.history.Lesson;
import ouverture.server.key.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/history` and `/v1/judgements`: what the web page keeps here. Each API key has its own.
final class Conversations {
    private static final String ALL = "/v1/history";
    private static final String ONE = ALL + "/{id}";
    private static final String JUDGEMENTS = "/v1/judgements";
    private static final String JUDGEMENT = JUDGEMENTS + "/{id}";
    private static final int ID_LENGTH = 100;
    private static final int TITLE_LENGTH = 1000;

    private static final Field<String> SEARCH = Field.of(
            "search",
            JsonTypes.text(),
            "",
            "\"\"",
            "text that title or messages have, whatever its case and accents; empty for all");
    private static final Field<Integer> LIMIT =
            Field.of("limit", JsonTypes.integer(1, 1000), 200, "conversations at most, those that changed last");
    private static final ObjectType<Values> QUERY =
            new ObjectType<>("a search", List.of(SEARCH, LIMIT), values -> values);

    private static final Field<String> TITLE = Field.required("title", JsonTypes.text(), "what lists show of it");
    private static final Field<List<JsonNode>> MESSAGES = Field.required(
            "messages",
            JsonTypes.list("objects", JsonTypes.object(), 0, Integer.MAX_VALUE),
            "any objects; texts called `content` and `text` in them can be searched for");
    private static final ObjectType<Values> CONVERSATION =
            new ObjectType<>("a conversation", List.of(TITLE, MESSAGES), values -> values);

    private static final Field<String> OF =
            Field.required("conversation", JsonTypes.name(), "id of the kept conversation, with which it is deleted");
    private static final Field<List<JsonNode>> BEFORE = Field.required(
            "messages",
            JsonTypes.list("messages", JsonTypes.object(), 1, Integer.MAX_VALUE),
            "the messages before the answer, as `/v1/chat/completions` takes them");
    private static final Field<JsonNode> ANSWER =
            Field.required("answer", JsonTypes.object(), "the answer as a message of the assistant");
    private static final Field<String> MODEL = Field.of("model", JsonTypes.text(), "", "\"\"", "who wrote the answer");
    private static final Field<Boolean> GOOD = Field.required("good", JsonTypes.flag(), "whether it was liked");
    private static final ObjectType<Values> JUDGED =
            new ObjectType<>("a judgement", List.of(OF, BEFORE, ANSWER, MODEL, GOOD), values -> values);

    private static final String PAIRS = "pairs";
    private static final Field<String> FORM = Field.of(
            "form",
            JsonTypes.oneOf("labels", PAIRS),
            "labels",
            "\"labels\"",
            "`labels` gives every judged answer with its `label`, for KTO; `pairs` liked answers with disliked ones"
                    + " to the same messages, for DPO");
    private static final ObjectType<Values> EXPORT = new ObjectType<>("an export", List.of(FORM), values -> values);

    private final Optional<History> history;

    /// @param history empty if nothing is kept
    Conversations(Optional<History> history) {
        this.history = history;
    }

    List<Endpoint<?>> endpoints(Ouverture api) {
        Scope scope = Scope.INFERENCE;
        Access access = new Access.Keys(scope);
        return List.of(
                Endpoint.post(
                        ALL + "/search",
                        api,
                        scope,
                        "Lists kept `conversations` with `id`, `title` and `changed` (milliseconds since 1970), the one"
                                + " that changed last first.",
                        QUERY,
                        this::list),
                Endpoint.get(ONE, api, access, "A kept conversation, with its `messages`.", (_, call) -> find(call)),
                Endpoint.put(
                        ONE,
                        api,
                        scope,
                        "Keeps a conversation, in place of the one with this id.",
                        CONVERSATION,
                        this::keep),
                Endpoint.plain(
                        new Place("DELETE", ONE),
                        api,
                        access,
                        "Deletes a conversation and the judgements of its answers.",
                        (_, call) -> deleted(history().remove(owner(call), id(call)) ? 1 : 0, call)),
                Endpoint.plain(
                        new Place("DELETE", ALL),
                        api,
                        access,
                        "Deletes all conversations and judgements of this key.",
                        (_, call) -> deleted(history().removeAll(owner(call)), call)),
                Endpoint.put(
                        JUDGEMENT,
                        api,
                        scope,
                        "Keeps what was said of an answer, in place of the judgement with this id.",
                        JUDGED,
                        this::judge),
                Endpoint.plain(
                        new Place("DELETE", JUDGEMENT),
                        api,
                        access,
                        "Takes a judgement back.",
                        (_, call) -> deleted(history().withdraw(owner(call), id(call)) ? 1 : 0, call)),
                Endpoint.query(
                        JUDGEMENTS,
                        api,
                        access,
                        "Judged answers as lines of JSON, which `ouverture tune --data` takes.",
                        EXPORT,
                        this::export));
    }

    /// @throws ApiException if nothing is kept
    private History history() {
        return history.orElseThrow(() -> new ApiException(
                ApiError.Kind.NOT_FOUND, "This server keeps no conversations: it was started with --no-history."));
    }

    private static String owner(Call call) {
        return call.key().name();
    }

    private static String id(Call call) {
        String path = call.path();
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (id.length() > ID_LENGTH) {
            throw new ApiException(
                    ApiError.Kind.INVALID, "The id has " + id.length() + " characters; it may have " + ID_LENGTH + ".");
        }
        return id;
    }

    private void list(Values request, Call call) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode all = body.putArray("conversations");
        history().list(owner(call), request.get(SEARCH), request.get(LIMIT)).forEach(head -> all.add(json(head)));
        call.json(body);
    }

    private void find(Call call) {
        String id = id(call);
        Conversation found = history()
                .find(owner(call), id)
                .orElseThrow(() ->
                        new ApiException(ApiError.Kind.NOT_FOUND, "There is no conversation " + id + " of yours."));
        ObjectNode body = json(found.head());
        body.set("messages", JsonMapper.shared().readTree(found.messages()));
        call.json(body);
    }

    private void keep(Values request, Call call) {
        String title = request.get(TITLE);
        if (title.length() > TITLE_LENGTH) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    "The title has " + title.length() + " characters; it may have " + TITLE_LENGTH + ".",
                    TITLE.name()));
        }
        List<JsonNode> messages = request.get(MESSAGES);
        call.json(json(history().put(owner(call), id(call), title, text(messages), words(messages))));
    }

    private void judge(Values request, Call call) {
        String id = id(call);
        history()
                .judge(
                        owner(call),
                        new Judgement(
                                id,
                                request.get(OF),
                                text(request.get(BEFORE)),
                                text(request.get(ANSWER)),
                                request.get(MODEL),
                                request.get(GOOD)));
        call.json(JsonNodeFactory.instance.objectNode().put("id", id));
    }

    private void export(Values request, Call call) {
        String owner = owner(call);
        Stream<String> lines = request.get(FORM).equals(PAIRS)
                ? history().pairs(owner).stream().map(Conversations::line)
                : history().labels(owner).stream().map(Conversations::line);
        call.send(
                200,
                "application/x-ndjson; charset=utf-8",
                lines.map(line -> line + "\n").collect(Collectors.joining()));
    }

    /// As `tune` takes answers that were judged each by itself.
    private static String line(Lesson.Label label) {
        return "{\"messages\":" + label.messages().substring(0, label.messages().length() - 1) + "," + label.answer()
                + "],\"label\":" + label.good() + "}";
    }

    /// As `tune` takes two answers to the same messages.
    private static String line(Lesson.Pair pair) {
        return "{\"prompt\":" + pair.messages() + ",\"chosen\":" + pair.chosen() + ",\"rejected\":" + pair.rejected()
                + "}";
    }

    private static void deleted(int count, Call call) {
        call.json(JsonNodeFactory.instance.objectNode().put("deleted", count));
    }

    private static ObjectNode json(Conversation.Head head) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", head.id())
                .put("title", head.title())
                .put("changed", head.changed().toEpochMilli());
    }

    private static String text(Object json) {
        return JsonMapper.shared().writeValueAsString(json);
    }

    private static String words(List<JsonNode> messages) {
        return messages.stream()
                .flatMap(message -> Stream.of("content", "text").flatMap(name -> message.findValues(name).stream()))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining("\n"));
    }
}

package ouverture.server.openai;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.ChatRequest;
import ouverture.Generation;
import ouverture.error.OuvertureException;
import ouverture.error.ResourceException;
import ouverture.server.answer.Answers;
import ouverture.server.answer.Backend;
import ouverture.server.answer.LogProbs;
import ouverture.server.answer.SingleCall;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Background;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;
import ouverture.server.api.Endpoint.Place;
import ouverture.server.api.EventStream;
import ouverture.server.api.Work;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/responses`: answers that the server remembers.
final class Responses {
    private static final String PATH = "/v1/responses";
    private static final String ONE = PATH + "/{id}";
    private static final int MOST_ITEMS = 100;

    private static final Field<Boolean> STREAM =
            SamplingFields.flag("stream", "sends the events of a response that was asked for with `background`");
    private static final Field<Optional<Integer>> STARTING_AFTER = Field.optional(
            "starting_after",
            JsonTypes.integer(0, Integer.MAX_VALUE),
            "leaves out the events up to this `sequence_number`; needs `stream`");
    private static final Field<Boolean> NO_INCLUDE =
            Field.refused("include", "a response has what was asked for when it was made");
    private static final ObjectType<Values> RETRIEVE = new ObjectType<>(
            "a query for a response",
            List.of(
                    STREAM,
                    STARTING_AFTER,
                    Field.only("include_obfuscation", "events are not padded", "false"),
                    NO_INCLUDE),
            values -> values);

    private static final Field<Integer> LIMIT =
            Field.of("limit", JsonTypes.integer(1, MOST_ITEMS), 20, "items to list at most");
    private static final Field<String> ORDER =
            Field.of("order", JsonTypes.oneOf("asc", "desc"), "desc", "`asc` lists the oldest first");
    private static final Field<Optional<String>> AFTER =
            Field.optional("after", JsonTypes.text(), "begins behind the item of this id");
    private static final ObjectType<Values> LIST =
            new ObjectType<>("a query for items", List.of(AFTER, LIMIT, ORDER, NO_INCLUDE), values -> values);

    private final Backend backend;
    private final ResponseStore store;

    Responses(Backend backend, ResponseStore store) {
        this.backend = backend;
        this.store = store;
    }

    List<Endpoint<?>> endpoints(OpenAi api) {
        Access access = new Access.Keys(Scope.INFERENCE);
        return List.of(
                Endpoint.post(
                        PATH,
                        api,
                        Scope.INFERENCE,
                        "Answers a conversation, and remembers it.",
                        ResponseRequest.TYPE,
                        (request, call) -> create(request, call, api)),
                Endpoint.query(
                        ONE,
                        api,
                        access,
                        "Looks at a response, or goes on with its events.",
                        RETRIEVE,
                        (query, call) -> retrieve(query, call, api)),
                Endpoint.plain(
                        new Place("DELETE", ONE),
                        api,
                        access,
                        "Forgets a response, and gives it up if it is under way.",
                        (_, call) -> delete(call)),
                Endpoint.plain(
                        new Place("POST", ONE + "/cancel"),
                        api,
                        access,
                        "Gives up a response that is under way in the background.",
                        (_, call) -> cancel(call)),
                Endpoint.query(
                        ONE + "/input_items",
                        api,
                        access,
                        "Lists what was new in the request of a response.",
                        LIST,
                        this::list));
    }

    /// Where the events of a response go: into the store, and then to the client.
    private final class Recording {
        private final StoredResponse stored;
        private final ResponseEvents events;
        private final boolean isKept;
        private @Nullable EventStream stream;

        private Recording(StoredResponse stored, ResponseRequest request) {
            this.stored = stored;
            isKept = request.delivery().store();
            events = new ResponseEvents(stored.id(), request, this::take);
        }

        /// A client that has seen the last event may go on with the response at once: so it is stored before.
        private void take(ObjectNode event) {
            stored.add(event);
            if (events.hasEnded()) {
                stored.end(events.output());
                keep();
            }
            if (stream != null) {
                send(event, stream);
            }
        }

        private void keep() {
            if (stored.keepsEvents()) {
                store.grown(stored);
            } else if (isKept) {
                store.put(stored);
            }
        }
    }

    private static void send(ObjectNode event, EventStream stream) {
        stream.event(event.path("type").stringValue(), event);
    }

    private void create(ResponseRequest request, Call call, OpenAi api) {
        List<ResponseItem> before = request.previous().isEmpty() ? List.of() : previous(request.previous(), call);
        StoredResponse stored = new StoredResponse(
                ResponseItem.newId("resp"),
                call.key().name(),
                before,
                request.input(),
                request.delivery().background());
        // Refuses items that do not belong together before the response exists.
        request.chat(stored.prompt());
        if (request.delivery().background()) {
            detach(request, stored, call);
            if (request.delivery().stream()) {
                follow(stored, 0, call, api);
            } else {
                call.json(stored.json());
            }
        } else {
            answer(request, stored, call);
        }
    }

    /// What of a conversation the model is asked.
    private static Truncation truncation(ResponseRequest request, StoredResponse stored, Models.Lease model) {
        if (!request.truncates()) {
            return Truncation.none(stored.prompt());
        }
        int room = model.model().info().cachePositions()
                - Math.max(1, request.chat().maxTokens());
        try {
            return Truncation.of(stored.prompt(), items -> model.model().promptTokens(request.chat(items)) <= room);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private List<ResponseItem> previous(String id, Call call) {
        StoredResponse previous = store.find(id, call.key().name())
                .orElseThrow(() -> new ApiException(new ApiError(
                        ApiError.Kind.NO_RESPONSE,
                        "Previous response with id '" + id + "' not found.",
                        "previous_response_id")));
        if (!previous.hasEnded()) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    "The previous response '" + id + "' is still under way; wait for its end.",
                    "previous_response_id"));
        }
        return previous.conversation();
    }

    private Models.Lease model(ResponseRequest request, Work work) {
        Models.Lease model = backend.model(request.model(), work);
        work.account().asks("chat", model.name(), request.user(), request.delivery().stream());
        return model;
    }

    private Answers answers(ResponseRequest request, ChatRequest chat, Models.Lease model, Work work) {
        Answers.Start start = () -> {
            Generation generation = model.model().chat(chat);
            return request.tools().parallel() ? generation : new SingleCall(generation);
        };
        return new Answers(work, backend, model, 1, List.of(start));
    }

    private void answer(ResponseRequest request, StoredResponse stored, Call call) {
        Models.Lease model = model(request, call);
        Truncation truncation = truncation(request, stored, model);
        try (Answers answers = answers(request, request.chat(truncation.items()), model, call)) {
            Recording recording = new Recording(stored, request);
            ResponseEvents events = recording.events;
            if (request.delivery().stream()) {
                recording.stream = call.stream(EventStream.SERVER_SENT_EVENTS, (_, error) -> events.failed(error));
            }
            events.created();
            events.begun(new LogProbs(model.model().tokenizer()), truncation.dropped());
            answers.forEach(event -> events.add(event.event()));
        }
        if (!request.delivery().stream()) {
            call.json(stored.json());
        }
    }

    /// Begins an answer that goes on without its request.
    private void detach(ResponseRequest request, StoredResponse stored, Call call) {
        backend.status(request.model());
        Recording recording = new Recording(stored, request);
        Background work = call.detached();
        stored.doneBy(work);
        recording.events.created();
        recording.events.queued();
        store.put(stored);
        Thread.ofVirtual().name("ouverture-response").start(() -> run(request, recording, work));
    }

    private void run(ResponseRequest request, Recording recording, Background work) {
        ResponseEvents events = recording.events;
        ApiError error = null;
        Throwable mistake = null;
        try {
            Models.Lease model = model(request, work);
            Truncation truncation = truncation(request, recording.stored, model);
            try (Answers answers = answers(request, request.chat(truncation.items()), model, work)) {
                events.begun(new LogProbs(model.model().tokenizer()), truncation.dropped());
                answers.forEach(event -> events.add(event.event()));
            }
        } catch (StoredResponse.CancelledException e) {
            events.cancelled();
        } catch (ApiException e) {
            error = e.error();
        } catch (OuvertureException e) {
            error = ApiError.of(e);
        } catch (RuntimeException | Error e) {
            mistake = e;
            error = new ApiError(ApiError.Kind.FAILED, "The server failed; its log has why.");
        }
        if (error != null) {
            events.failed(error);
        }
        work.end(error, mistake);
    }

    /// Sends the events of a response that goes on without this request.
    private static void follow(StoredResponse stored, int from, Call call, OpenAi api) {
        EventStream stream = call.stream(
                EventStream.SERVER_SENT_EVENTS, (begun, error) -> begun.event("error", api.error(error, call.id())));
        call.whenCancelled(stored::wake);
        try {
            int next = from;
            for (ObjectNode event = stored.await(next, call); event != null; event = stored.await(next, call)) {
                send(event, stream);
                next++;
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static ResourceException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ResourceException("The request was given up: its thread was interrupted.", e);
    }

    private StoredResponse stored(Call call) {
        String id = call.path().split("/", -1)[3];
        return store.find(id, call.key().name())
                .orElseThrow(
                        () -> new ApiException(ApiError.Kind.NOT_FOUND, "Response with id '" + id + "' not found."));
    }

    private void retrieve(Values query, Call call, OpenAi api) {
        StoredResponse stored = stored(call);
        boolean streams = query.get(STREAM);
        Optional<Integer> after = query.get(STARTING_AFTER);
        if (after.isPresent() && !streams) {
            throw query.refuse(STARTING_AFTER, "needs `stream`.");
        }
        if (!streams) {
            call.json(stored.json());
            return;
        }
        if (!stored.keepsEvents()) {
            throw query.refuse(STREAM, "is for responses that were asked for with `background`; leave it out.");
        }
        follow(stored, after.map(number -> number + 1).orElse(0), call, api);
    }

    private void delete(Call call) {
        StoredResponse stored = stored(call);
        store.remove(stored);
        cancel(stored);
        call.json(JsonNodeFactory.instance
                .objectNode()
                .put("id", stored.id())
                .put("object", "response")
                .put("deleted", true));
    }

    private void cancel(Call call) {
        StoredResponse stored = stored(call);
        if (!stored.keepsEvents()) {
            throw new ApiException(ApiError.Kind.INVALID, "Cannot cancel a synchronous response.");
        }
        cancel(stored);
        call.json(stored.json());
    }

    private static void cancel(StoredResponse stored) {
        try {
            stored.cancel();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void list(Values query, Call call) {
        List<ResponseItem> items = new ArrayList<>(stored(call).input());
        if (query.get(ORDER).equals("desc")) {
            Collections.reverse(items);
        }
        query.get(AFTER).ifPresent(after -> {
            List<String> ids = items.stream().map(ResponseItem::id).toList();
            if (!ids.contains(after)) {
                throw query.refuse(AFTER, "is no item of this response.");
            }
            items.subList(0, ids.indexOf(after) + 1).clear();
        });
        List<ResponseItem> page = items.subList(0, Math.min(query.get(LIMIT), items.size()));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        page.forEach(item -> data.add(item.json()));
        body.put("first_id", page.isEmpty() ? null : page.getFirst().id())
                .put("last_id", page.isEmpty() ? null : page.getLast().id())
                .put("has_more", page.size() < items.size());
        call.json(body);
    }
}

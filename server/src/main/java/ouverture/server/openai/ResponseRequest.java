package ouverture.server.openai;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.openai.ResponseItem.Thought;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a client asks of `/v1/responses`.
///
/// @param input what is new
/// @param instructions for this answer only, or empty
/// @param previous id of the response whose conversation goes on, or empty
/// @param chat how the answer is given; its message only holds a place
/// @param thoughts where thoughts stand in the answer
/// @param truncates whether a conversation that does not fit loses its oldest items
/// @param user whom the client names, or empty
record ResponseRequest(
        String model,
        List<ResponseItem> input,
        String instructions,
        String previous,
        ChatRequest chat,
        ResponseTools tools,
        TextFormat format,
        Thought.Form thoughts,
        Delivery delivery,
        boolean truncates,
        Map<String, String> metadata,
        String user) {
    /// How the answer comes and goes.
    ///
    /// @param store whether it can be asked for later
    /// @param background whether it goes on without its request
    record Delivery(boolean stream, boolean store, boolean background) {}

    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final String SEALED = "reasoning.encrypted_content";
    private static final int MOST_METADATA = 16;

    private static final Field<Optional<String>> INSTRUCTIONS = Field.optional(
            "instructions",
            JsonTypes.text(),
            "a system message before all others, for this answer only: it does not go on with `previous_response_id`");
    private static final Field<Optional<String>> PREVIOUS = Field.optional(
            "previous_response_id", JsonTypes.name(), "goes on with the conversation of a response that was stored");
    private static final Field<Optional<Integer>> MAX_OUTPUT_TOKENS = Field.optional(
            "max_output_tokens",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            "tokens of the answer at most, thoughts included; as many as fit without it");
    private static final Field<Boolean> STORE = Field.of(
            "store",
            JsonTypes.flag(),
            true,
            "keeps the response in memory for a day, or as long as there is room; only the key that asked finds it");
    private static final Field<Boolean> BACKGROUND = SamplingFields.flag(
            "background", "answers at once, with a response that goes on without its request; needs `store`");
    private static final Field<Optional<Boolean>> STREAM_OPTIONS = Field.optional(
            "stream_options",
            new ObjectType<>(
                    "stream options",
                    List.of(Field.only("include_obfuscation", "events are not padded", "false")),
                    _ -> true),
            "needs `stream`");
    private static final Field<List<String>> INCLUDE = Field.list(
            "include",
            JsonTypes.list("names of additions", JsonTypes.oneOf(LOGPROBS, SEALED), 0, Integer.MAX_VALUE),
            "`" + LOGPROBS + "` adds log-probabilities; `" + SEALED
                    + "` puts thoughts also where clients expect them sealed: in Base64, which hides nothing");
    private static final Field<Integer> TOP_LOGPROBS = Field.of(
            "top_logprobs",
            JsonTypes.integer(0, 20),
            0,
            "most likely tokens to tell at each place; needs `include` with `" + LOGPROBS + "`");

    private static final Field<Optional<Reasoning>> EFFORT =
            Field.optional("effort", ReasoningFields.EFFORTS, "as `reasoning_effort` of `/v1/chat/completions`");
    private static final JsonType<String> SUMMARIES = JsonTypes.oneOf("auto", "detailed");
    private static final Field<Optional<String>> SUMMARY = Field.optional(
            "summary", SUMMARIES, "puts thoughts, whole, into `summary` of their item; without it into `content`");
    private static final Field<Optional<String>> GENERATE_SUMMARY =
            Field.optional("generate_summary", SUMMARIES, "the same under its old name");

    private record Thinking(Optional<Reasoning> effort, boolean summary) {}

    private static final Field<Optional<Thinking>> REASONING = Field.optional(
            "reasoning",
            new ObjectType<>(
                    "reasoning options",
                    List.of(EFFORT, SUMMARY, GENERATE_SUMMARY),
                    values -> new Thinking(
                            values.get(EFFORT),
                            values.get(SUMMARY).isPresent()
                                    || values.get(GENERATE_SUMMARY).isPresent())),
            "how much the model thinks, and where thoughts stand");

    private static final Field<Map<String, String>> METADATA = Field.of(
            "metadata",
            JsonTypes.map("an object of strings", JsonTypes.text()).as(ResponseRequest::metadata),
            Map.of(),
            "up to " + MOST_METADATA + " notes that stay with the response");
    private static final Field<Optional<String>> USER =
            Field.optional("user", JsonTypes.text(), "written into the access log, and used for nothing else");
    private static final Field<Optional<String>> SAFETY_IDENTIFIER =
            Field.optional("safety_identifier", JsonTypes.text(), "as `user`, where that is not given");

    private static final Field<String> TRUNCATION = Field.of(
            "truncation",
            JsonTypes.oneOf("disabled", "auto"),
            "disabled",
            "`auto` drops the oldest items of a conversation that does not fit, never system and developer messages nor"
                    + " what follows the user's last message; `dropped_items` of the response says how many. `disabled`"
                    + " refuses it with both counts");

    private static final List<Field<?>> BEFORE = List.of(
            ChatCompletionRequest.MODEL,
            ResponseInput.FIELD,
            INSTRUCTIONS,
            PREVIOUS,
            StreamFields.STREAM,
            STREAM_OPTIONS,
            BACKGROUND,
            STORE,
            MAX_OUTPUT_TOKENS);

    private static final List<Field<?>> AFTER = List.of(
            INCLUDE,
            TOP_LOGPROBS,
            TextFormat.TEXT,
            METADATA,
            USER,
            SAFETY_IDENTIFIER,
            Field.optional(
                    "prompt_cache_key",
                    JsonTypes.text(),
                    "not needed: the cache finds what prompts have in common by itself, whatever their key"),
            TRUNCATION,
            Field.only("service_tier", "requests of this API have no tiers", "\"auto\"", "\"default\""),
            Field.refused("context_management", "prompts are never cut"),
            Field.refused("conversation", "conversations go on with `previous_response_id`"),
            Field.refused("moderation", "there are no guard rails yet"),
            Field.refused("prompt", "there are no stored prompts"),
            Field.refused("prompt_cache_options", "the cache has no options"),
            Field.refused("prompt_cache_retention", "the cache keeps what it has room for"));

    /// How it is read.
    static final ObjectType<ResponseRequest> TYPE =
            new ObjectType<>("a response request", fields(), ResponseRequest::of);

    private static List<Field<?>> fields() {
        List<Field<?>> fields = SamplingFields.and(BEFORE, List.of(REASONING));
        fields.addAll(ResponseTools.ALL);
        fields.addAll(AFTER);
        return fields;
    }

    private static Map<String, String> metadata(Map<String, String> notes) {
        boolean isLong = notes.entrySet().stream()
                .anyMatch(note -> note.getKey().length() > 64 || note.getValue().length() > 512);
        if (notes.size() > MOST_METADATA || isLong) {
            throw new RequestException("it may have " + MOST_METADATA
                    + " entries at most, with names of up to 64 and values of up to 512 characters.");
        }
        return notes;
    }

    private static ResponseRequest of(Values values) {
        ResponseTools tools = ResponseTools.of(values);
        Optional<Thinking> thinking = values.get(REASONING);
        List<String> include = values.get(INCLUDE);
        TextFormat format = values.get(TextFormat.TEXT);
        ChatRequest chat = new ChatRequest(
                List.of(Message.user("")),
                SamplingFields.parameters(values, logProbs(values)),
                values.get(MAX_OUTPUT_TOKENS).orElse(0),
                values.get(SamplingFields.STOP),
                tools.offered(),
                thinking.flatMap(Thinking::effort).orElse(Reasoning.AUTO),
                Map.of(),
                Optional.empty(),
                format.constraint(),
                tools.choice().choice());
        return new ResponseRequest(
                values.get(ChatCompletionRequest.MODEL),
                values.get(ResponseInput.FIELD),
                values.get(INSTRUCTIONS).orElse(""),
                values.get(PREVIOUS).orElse(""),
                chat,
                tools,
                format,
                new Thought.Form(thinking.map(Thinking::summary).orElse(false), include.contains(SEALED)),
                delivery(values),
                values.get(TRUNCATION).equals("auto"),
                values.get(METADATA),
                values.get(USER).or(() -> values.get(SAFETY_IDENTIFIER)).orElse(""));
    }

    private static int logProbs(Values values) {
        boolean wanted = values.get(INCLUDE).contains(LOGPROBS);
        if (!wanted && values.get(TOP_LOGPROBS) > 0) {
            throw values.refuse(TOP_LOGPROBS, "needs `include` with \"" + LOGPROBS + "\".");
        }
        return wanted ? values.get(TOP_LOGPROBS) : -1;
    }

    private static Delivery delivery(Values values) {
        Delivery delivery = new Delivery(values.get(StreamFields.STREAM), values.get(STORE), values.get(BACKGROUND));
        if (!delivery.stream && values.get(STREAM_OPTIONS).isPresent()) {
            throw values.refuse(STREAM_OPTIONS, "needs `stream`: true; leave it out, or ask for a stream.");
        }
        if (delivery.background && !delivery.store) {
            throw values.refuse(BACKGROUND, "needs `store`: true, so that the response can be asked for.");
        }
        return delivery;
    }

    /// What the model is asked.
    ///
    /// @param items the whole conversation
    /// @throws ouverture.server.field.FieldException if an item does not fit those before it
    ChatRequest chat(List<ResponseItem> items) {
        List<Message> messages = ResponseItem.messages(items);
        if (!instructions.isEmpty()) {
            messages.addFirst(Message.system(instructions));
        }
        return chat.withMessages(messages);
    }

    /// What a response repeats of its request.
    void put(ObjectNode response) {
        SamplingParameters sampling = chat.sampling();
        putOrNull(response, "instructions", instructions);
        putOrNull(response, "previous_response_id", previous);
        if (chat.maxTokens() == 0) {
            response.putNull("max_output_tokens");
        } else {
            response.put("max_output_tokens", chat.maxTokens());
        }
        tools.put(response);
        response.put("temperature", sampling.temperature())
                .put("top_p", sampling.topP())
                .put("top_logprobs", Math.max(0, sampling.logProbs()))
                .put("truncation", truncates ? "auto" : "disabled")
                .put("service_tier", "default")
                .put("store", delivery.store)
                .put("background", delivery.background);
        ObjectNode reasoning = response.putObject("reasoning");
        putOrNull(reasoning, "effort", effort());
        putOrNull(reasoning, "summary", thoughts.isSummary() ? "detailed" : "");
        response.putObject("text").set("format", format.echo());
        ObjectNode notes = JsonNodeFactory.instance.objectNode();
        metadata.forEach(notes::put);
        response.set("metadata", notes);
        putOrNull(response, "user", user);
    }

    private String effort() {
        return switch (chat.reasoning()) {
            case Reasoning.Level.OFF -> "none";
            case Reasoning.Level.LOW, Reasoning.Level.MEDIUM, Reasoning.Level.HIGH ->
                chat.reasoning().text();
            case Reasoning.Level.AUTO -> "";
            case Reasoning.Budget _ -> "";
        };
    }

    private static void putOrNull(ObjectNode node, String name, String text) {
        if (text.isEmpty()) {
            node.putNull(name);
        } else {
            node.put(name, text);
        }
    }
}

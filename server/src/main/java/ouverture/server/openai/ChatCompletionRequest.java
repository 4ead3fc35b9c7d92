package ouverture.server.openai;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.FieldException;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.model.Turns.Urgency;

/// What a client asks of `/v1/chat/completions`.
///
/// @param chat of the first answer
/// @param answers how many
/// @param singleCall whether an answer ends with its first tool call
/// @param showThoughts whether thoughts are part of the answer
/// @param echo whether the answer says which parameters were in force
/// @param user whom the client names, or empty
/// @param urgency among the requests of the same party
record ChatCompletionRequest(
        String model,
        ChatRequest chat,
        int answers,
        StreamFields streaming,
        boolean singleCall,
        boolean showThoughts,
        boolean echo,
        String user,
        Urgency urgency) {
    private static final int MOST_ANSWERS = 16;

    static final Field<String> MODEL =
            Field.required("model", JsonTypes.name(), "name of a model, as `/v1/models` lists them");
    static final Field<Integer> N = Field.of("n", JsonTypes.integer(1, MOST_ANSWERS), 1, "answers to give");
    static final Field<Optional<String>> USER =
            Field.optional("user", JsonTypes.text(), "written into the access log, and used for nothing else");
    private static final Field<Optional<String>> SAFETY_IDENTIFIER =
            Field.optional("safety_identifier", JsonTypes.text(), "as `user`, where that is not given");
    static final Field<Boolean> ECHO = SamplingFields.flag(
            "return_parameters",
            "adds `parameters` to the answer: what was in force, the seed included; not in OpenAI's API");

    private static final Field<Optional<Integer>> MAX_COMPLETION_TOKENS = Field.optional(
            "max_completion_tokens",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            "tokens of the answer at most, thoughts included; as many as fit without it");
    private static final Field<Optional<Integer>> MAX_TOKENS =
            Field.optional("max_tokens", JsonTypes.integer(1, Integer.MAX_VALUE), "the same under its old name");
    private static final Field<Urgency> SERVICE_TIER = Field.of(
            "service_tier",
            JsonTypes.oneOf(tiers()),
            Urgency.USUAL,
            "\"auto\"",
            "of your own requests that wait, those of `priority` come first and those of `flex` last");
    private static final Field<Boolean> LOGPROBS = SamplingFields.flag(
            "logprobs", "adds the log-probability of each token: `content` and, of thoughts, `reasoning`");
    private static final Field<Optional<Integer>> TOP_LOGPROBS = Field.optional(
            "top_logprobs", JsonTypes.integer(0, 20), "most likely tokens to tell at each place; needs `logprobs`");

    private static final List<Field<?>> BEFORE = List.of(
            MODEL, ChatMessages.FIELD, StreamFields.STREAM, StreamFields.OPTIONS, N, MAX_COMPLETION_TOKENS, MAX_TOKENS);

    private static final List<Field<?>> AFTER = List.of(
            LOGPROBS,
            TOP_LOGPROBS,
            ECHO,
            USER,
            SAFETY_IDENTIFIER,
            Field.optional(
                    "prompt_cache_key",
                    JsonTypes.text(),
                    "not needed: the cache finds what prompts have in common by itself, whatever their key"),
            Field.only("modalities", "answers are text", "[\"text\"]"),
            Field.only("store", "answers are not kept", "false"),
            Field.only("metadata", "answers are not kept, so there is nothing to attach it to", "{}"),
            SERVICE_TIER,
            Field.only("verbosity", "models here have no such setting", "\"medium\""),
            Field.refused("audio", "there is no audio output"),
            Field.refused("function_call", "functions are tools now; use `tool_choice`"),
            Field.refused("functions", "functions are tools now; use `tools`"),
            Field.refused("moderation", "there are no guard rails yet"),
            Field.refused("prediction", "there are no predicted outputs"),
            Field.refused("prompt_cache_options", "the cache has no options"),
            Field.refused("prompt_cache_retention", "the cache keeps what it has room for"),
            Field.refused("web_search_options", "this server does not search the web"));

    /// How it is read.
    static final ObjectType<ChatCompletionRequest> TYPE =
            new ObjectType<>("a chat completion request", fields(), ChatCompletionRequest::of);

    private static Map<String, Urgency> tiers() {
        Map<String, Urgency> tiers = new LinkedHashMap<>();
        tiers.put("auto", Urgency.USUAL);
        tiers.put("default", Urgency.USUAL);
        tiers.put("priority", Urgency.FIRST);
        tiers.put("flex", Urgency.LAST);
        return tiers;
    }

    private static List<Field<?>> fields() {
        List<Field<?>> fields = SamplingFields.and(BEFORE, ReasoningFields.ALL);
        fields.addAll(ToolFields.ALL);
        fields.addAll(ResponseFormat.ALL);
        fields.addAll(AFTER);
        return fields;
    }

    private static ChatCompletionRequest of(Values values) {
        SamplingParameters sampling = SamplingFields.parameters(values, logProbs(values));
        ToolFields tools = ToolFields.of(values);
        ReasoningFields reasoning = ReasoningFields.of(values);
        return new ChatCompletionRequest(
                values.get(MODEL),
                new ChatRequest(
                        values.get(ChatMessages.FIELD),
                        sampling,
                        maxTokens(values),
                        values.get(SamplingFields.STOP),
                        tools.tools(),
                        reasoning.setting(),
                        reasoning.variables(),
                        Optional.empty(),
                        ResponseFormat.of(values),
                        tools.choice()),
                values.get(N),
                StreamFields.of(values),
                !tools.parallel(),
                reasoning.show(),
                values.get(ECHO),
                values.get(USER).or(() -> values.get(SAFETY_IDENTIFIER)).orElse(""),
                values.get(SERVICE_TIER));
    }

    private static int logProbs(Values values) {
        Optional<Integer> top = values.get(TOP_LOGPROBS);
        if (top.isPresent() && !values.get(LOGPROBS)) {
            throw values.refuse(TOP_LOGPROBS, "needs `logprobs`: true.");
        }
        return values.get(LOGPROBS) ? top.orElse(0) : -1;
    }

    private static int maxTokens(Values values) {
        Optional<Integer> now = values.get(MAX_COMPLETION_TOKENS);
        Optional<Integer> before = values.get(MAX_TOKENS);
        if (now.isPresent() && before.isPresent() && !now.equals(before)) {
            throw new FieldException(
                    MAX_TOKENS.name(), "`max_tokens` and `max_completion_tokens` differ; give one of them.");
        }
        return now.or(() -> before).orElse(0);
    }

    /// What the answer says of how it was served.
    String tier() {
        return switch (urgency) {
            case FIRST -> "priority";
            case USUAL -> "default";
            case LAST -> "flex";
        };
    }

    /// The request with a seed of its own where it has none, so that it can be told.
    ChatCompletionRequest withSeed(long seed) {
        return new ChatCompletionRequest(
                model,
                chat.withSampling(chat.sampling().withSeed(seed)),
                answers,
                streaming,
                singleCall,
                showThoughts,
                echo,
                user,
                urgency);
    }
}

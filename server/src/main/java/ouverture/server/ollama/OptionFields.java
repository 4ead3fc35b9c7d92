package ouverture.server.ollama;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import ouverture.generate.SamplingParameters;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;

/// `options`: how tokens are drawn.
///
/// @param maxTokens of the answer, 0 for as many as fit
/// @param context that the client wants at least, 0 if it does not say
record OptionFields(SamplingParameters sampling, int maxTokens, List<String> stop, int context) {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;
    private static final String AT_START = "is set when the server starts";

    private static final Field<Optional<Long>> SEED =
            Field.optional("seed", JsonTypes.longInteger(), "makes the answer repeatable");
    private static final Field<Integer> NUM_PREDICT = Field.of(
            "num_predict",
            JsonTypes.integer(-2, Integer.MAX_VALUE),
            -1,
            "tokens of the answer at most, thoughts included; -1 and -2 for as many as fit");
    /// `num_ctx`.
    static final Field<Optional<Integer>> NUM_CTX = Field.optional(
            "num_ctx",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            "the context that is needed: refused if the server has less (`--context`)");
    private static final Field<Double> TEMPERATURE = Field.of(
            "temperature",
            JsonTypes.number(0, 10),
            DEFAULT.temperature(),
            "0 always takes the most likely token, more varies more");
    private static final Field<Integer> TOP_K = Field.of(
            "top_k",
            JsonTypes.integer(0, Integer.MAX_VALUE),
            DEFAULT.topK(),
            "draws from so many of the most likely tokens, 0 from all");
    private static final Field<Double> TOP_P = Field.of(
            "top_p",
            JsonTypes.number(0, 1),
            DEFAULT.topP(),
            "draws from the most likely tokens that make it up together");
    private static final Field<Double> MIN_P = Field.of(
            "min_p",
            JsonTypes.number(0, 1).as(value -> Math.min(value, Math.nextDown(1.0))),
            DEFAULT.minP(),
            "drops tokens below this share of the likeliest one");
    private static final Field<Double> REPEAT_PENALTY = Field.of(
            "repeat_penalty",
            JsonTypes.number(0.01, 100),
            DEFAULT.repetitionPenalty(),
            "above 1 makes tokens of prompt and answer less likely");
    private static final Field<Double> PRESENCE_PENALTY = Field.of(
            "presence_penalty",
            JsonTypes.number(-2, 2),
            DEFAULT.presencePenalty(),
            "taken from tokens that the answer has");
    private static final Field<Double> FREQUENCY_PENALTY = Field.of(
            "frequency_penalty",
            JsonTypes.number(-2, 2),
            DEFAULT.frequencyPenalty(),
            "taken once for each time the answer has a token");
    private static final Field<List<String>> STOP = Field.list(
            "stop",
            JsonTypes.either(
                    JsonTypes.name().as(List::of),
                    JsonTypes.list("strings that are not empty", JsonTypes.name(), 0, 16)),
            "ends the answer before these texts");

    private static final List<Field<?>> FIELDS = List.of(
            SEED,
            NUM_PREDICT,
            NUM_CTX,
            TEMPERATURE,
            TOP_K,
            TOP_P,
            MIN_P,
            REPEAT_PENALTY,
            PRESENCE_PENALTY,
            FREQUENCY_PENALTY,
            STOP,
            Field.only("repeat_last_n", "penalties look at all tokens", "-1"),
            Field.only("typical_p", "there is no such step", "1", "1.0"),
            Field.only("penalize_newline", "line ends are tokens like others", "true"),
            Field.refused("num_keep", "prompts are never cut"),
            Field.refused("num_batch", "it " + AT_START + " (`--batch`)"),
            Field.refused("num_thread", "it " + AT_START + " (`--threads`)"),
            Field.refused("num_gpu", "it " + AT_START + " (`--kernels`)"),
            Field.refused("main_gpu", "it " + AT_START + " (`--kernels`)"),
            Field.refused("use_mmap", "files are always mapped"));

    /// How it is read.
    static final JsonType<OptionFields> TYPE = new ObjectType<>("options", FIELDS, OptionFields::of);

    /// `options`.
    static final Field<Optional<OptionFields>> FIELD = Field.optional("options", TYPE, "how tokens are drawn");

    /// What holds where a request has no options.
    static final OptionFields NONE = new OptionFields(DEFAULT, 0, List.of(), 0);

    private static OptionFields of(Values values) {
        SamplingParameters sampling = new SamplingParameters(
                values.get(TEMPERATURE),
                values.get(TOP_K),
                // The engine always keeps one token, which is what 0 means.
                Math.max(values.get(TOP_P), Double.MIN_NORMAL),
                values.get(MIN_P),
                values.get(REPEAT_PENALTY),
                values.get(PRESENCE_PENALTY),
                values.get(FREQUENCY_PENALTY),
                values.get(SEED).map(OptionalLong::of).orElse(OptionalLong.empty()),
                Map.of(),
                DEFAULT.logProbs());
        int maxTokens = values.get(NUM_PREDICT);
        if (maxTokens == 0) {
            throw values.refuse(NUM_PREDICT, "leaves no room for an answer; say -1 for as many tokens as fit.");
        }
        return new OptionFields(
                sampling,
                Math.max(0, maxTokens),
                values.get(STOP),
                values.get(NUM_CTX).orElse(0));
    }

    /// Refuses a request that needs more context than there is.
    ///
    /// @param positions that the server has
    void check(int positions) {
        check(context, positions);
    }

    /// Refuses a request that needs more context than there is.
    ///
    /// @param context that it needs
    /// @param positions that the server has
    static void check(int context, int positions) {
        if (context > positions) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    "`options.num_ctx` is " + context + " and this server's context holds " + positions
                            + " tokens; ask for less, or start it with a larger --context.",
                    "options.num_ctx"));
        }
    }
}

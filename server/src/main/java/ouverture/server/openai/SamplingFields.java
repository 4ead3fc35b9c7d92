package ouverture.server.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.FieldException;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.Values;

/// How tokens are drawn: the fields that chat completions and completions have in common.
final class SamplingFields {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;
    private static final int MOST_STOPS = 16;

    static final Field<Double> TEMPERATURE = Field.of(
            "temperature",
            JsonTypes.number(0, 2),
            DEFAULT.temperature(),
            "0 always takes the most likely token, more varies more");
    static final Field<Double> TOP_P = Field.of(
            "top_p",
            JsonTypes.number(0, 1),
            DEFAULT.topP(),
            "draws from the most likely tokens that make it up together");
    static final Field<Integer> TOP_K = Field.of(
            "top_k",
            JsonTypes.integer(0, Integer.MAX_VALUE),
            DEFAULT.topK(),
            "draws from so many of the most likely tokens, 0 from all; not in OpenAI's API");
    static final Field<Double> MIN_P = Field.of(
            "min_p",
            JsonTypes.number(0, 1).as(value -> Math.min(value, Math.nextDown(1.0))),
            DEFAULT.minP(),
            "drops tokens below this share of the likeliest one; not in OpenAI's API");
    static final Field<Double> REPETITION_PENALTY = Field.of(
            "repetition_penalty",
            JsonTypes.number(0.01, 100),
            DEFAULT.repetitionPenalty(),
            "above 1 makes tokens of prompt and answer less likely; not in OpenAI's API");
    static final Field<Double> PRESENCE_PENALTY = Field.of(
            "presence_penalty",
            JsonTypes.number(-2, 2),
            DEFAULT.presencePenalty(),
            "taken from tokens that the answer has");
    static final Field<Double> FREQUENCY_PENALTY = Field.of(
            "frequency_penalty",
            JsonTypes.number(-2, 2),
            DEFAULT.frequencyPenalty(),
            "taken once for each time the answer has a token");
    static final Field<Optional<Long>> SEED = Field.optional(
            "seed",
            JsonTypes.longInteger(),
            "makes the answer repeatable; of several answers the next ones have the next numbers");
    static final Field<Map<Integer, Double>> LOGIT_BIAS = Field.of(
            "logit_bias",
            JsonTypes.map("an object from token ids to numbers from -100 to 100", JsonTypes.number(-100, 100))
                    .at(SamplingFields::ids),
            Map.of(),
            "added to the logits of these tokens");
    static final Field<List<String>> STOP = Field.list(
            "stop",
            JsonTypes.either(
                    JsonTypes.name().as(List::of),
                    JsonTypes.list("strings that are not empty", JsonTypes.name(), 0, MOST_STOPS)),
            "ends the answer before these texts; thoughts and calls may contain them");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(
            TEMPERATURE,
            TOP_P,
            TOP_K,
            MIN_P,
            REPETITION_PENALTY,
            PRESENCE_PENALTY,
            FREQUENCY_PENALTY,
            SEED,
            LOGIT_BIAS,
            STOP);

    private SamplingFields() {}

    private static Map<Integer, Double> ids(Map<String, Double> biases, String path) {
        Map<Integer, Double> ids = new LinkedHashMap<>();
        biases.forEach((text, bias) -> {
            if (!text.matches("[0-9]{1,9}")) {
                throw new FieldException(
                        path, "`" + path + "` has the key \"" + text + "\", which is no token id; give its number.");
            }
            ids.put(Integer.parseInt(text), bias);
        });
        return ids;
    }

    /// What a request says.
    ///
    /// @param logProbs as [SamplingParameters#logProbs()]
    static SamplingParameters parameters(Values values, int logProbs) {
        return new SamplingParameters(
                values.get(TEMPERATURE),
                values.get(TOP_K),
                // The engine always keeps one token, which is what 0 means.
                Math.max(values.get(TOP_P), Double.MIN_NORMAL),
                values.get(MIN_P),
                values.get(REPETITION_PENALTY),
                values.get(PRESENCE_PENALTY),
                values.get(FREQUENCY_PENALTY),
                values.get(SEED).map(OptionalLong::of).orElse(OptionalLong.empty()),
                values.get(LOGIT_BIAS),
                logProbs);
    }

    /// The parameters of one of several answers: each has a seed of its own.
    static SamplingParameters of(SamplingParameters parameters, int answer) {
        return parameters.seed().isPresent()
                ? parameters.withSeed(parameters.seed().getAsLong() + answer)
                : parameters;
    }

    /// Fields of an object in their order.
    static List<Field<?>> and(List<? extends Field<?>> before, List<? extends Field<?>> after) {
        List<Field<?>> fields = new ArrayList<>(before);
        fields.addAll(ALL);
        fields.addAll(after);
        return fields;
    }

    /// A field that is a flag and off without it.
    static Field<Boolean> flag(String name, String meaning) {
        JsonType<Boolean> flag = JsonTypes.flag();
        return Field.of(name, flag, false, meaning);
    }
}

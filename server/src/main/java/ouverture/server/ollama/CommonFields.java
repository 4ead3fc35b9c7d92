package ouverture.server.ollama;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.Reasoning;
import ouverture.constrain.Constraint;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.Values;

/// What `/api/chat` and `/api/generate` have in common.
///
/// @param sampling the options' with what is said beside them
/// @param format that answers are held to
record CommonFields(
        String model,
        boolean stream,
        KeepAlive keepAlive,
        Reasoning reasoning,
        OptionFields options,
        SamplingParameters sampling,
        Optional<Constraint> format) {
    private static final String NEVER_CUT = "prompts are never cut";

    /// `model`.
    static final Field<String> MODEL = Field.required(
            "model",
            JsonTypes.name().as(name -> name.endsWith(":latest") ? name.substring(0, name.length() - 7) : name),
            "name of a model, as `/api/tags` lists them; `:latest` at its end says nothing");

    private static final Field<Boolean> STREAM =
            Field.of("stream", JsonTypes.flag(), true, "sends the answer as it comes, an object on each line");
    private static final Field<Optional<Reasoning>> THINK = Field.optional(
            "think",
            JsonTypes.either(
                    JsonTypes.flag().as(on -> on ? Reasoning.Level.MEDIUM : Reasoning.OFF), JsonTypes.oneOf(levels())),
            "how much the model thinks; true counts as `medium`; without it the model does what its template does by"
                    + " itself");
    private static final Field<Boolean> LOGPROBS =
            Field.of("logprobs", JsonTypes.flag(), false, "adds the log-probability of each token of the text");
    private static final Field<Optional<Integer>> TOP_LOGPROBS = Field.optional(
            "top_logprobs", JsonTypes.integer(0, 20), "most likely tokens to tell at each place; needs `logprobs`");

    private static final Field<Optional<Constraint>> FORMAT = Field.of(
            "format",
            JsonTypes.either(
                    JsonTypes.oneOf(formats()),
                    JsonTypes.object().as(schema -> Optional.of(new Constraint.JsonSchema(schema.toString())))),
            Optional.empty(),
            "\"\"",
            "`json` makes the answer a JSON object; a JSON Schema makes it fit");

    /// All but the model, in the order of the documentation.
    static final List<Field<?>> ALL = List.of(
            STREAM,
            KeepAlive.FIELD,
            THINK,
            OptionFields.FIELD,
            LOGPROBS,
            TOP_LOGPROBS,
            FORMAT,
            Field.only("truncate", NEVER_CUT, "false"),
            Field.only("shift", NEVER_CUT, "false"));

    private static Map<String, Reasoning> levels() {
        Map<String, Reasoning> levels = new LinkedHashMap<>();
        levels.put("low", Reasoning.Level.LOW);
        levels.put("medium", Reasoning.Level.MEDIUM);
        levels.put("high", Reasoning.Level.HIGH);
        return levels;
    }

    private static Map<String, Optional<Constraint>> formats() {
        Map<String, Optional<Constraint>> formats = new LinkedHashMap<>();
        formats.put("", Optional.empty());
        formats.put("json", Optional.of(new Constraint.JsonObject()));
        return formats;
    }

    /// A request that is held to the format.
    ChatRequest held(ChatRequest request) {
        return format.map(request::withConstraint).orElse(request);
    }

    static CommonFields of(Values values) {
        Optional<Integer> top = values.get(TOP_LOGPROBS);
        if (top.isPresent() && !values.get(LOGPROBS)) {
            throw values.refuse(TOP_LOGPROBS, "needs `logprobs`: true.");
        }
        OptionFields options = values.get(OptionFields.FIELD).orElse(OptionFields.NONE);
        return new CommonFields(
                values.get(MODEL),
                values.get(STREAM),
                values.get(KeepAlive.FIELD),
                values.get(THINK).orElse(Reasoning.AUTO),
                options,
                options.sampling().withLogProbs(values.get(LOGPROBS) ? top.orElse(0) : -1),
                values.get(FORMAT));
    }
}

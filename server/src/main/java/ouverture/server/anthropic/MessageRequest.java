package ouverture.server.anthropic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import ouverture.ChatRequest;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.Tool;
import ouverture.ToolChoice;
import ouverture.constrain.Constraint;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;

/// What a client asks of `/v1/messages`.
///
/// @param stream whether the answer comes event by event
/// @param singleCall whether the answer ends with its first tool call
/// @param user whom the client names, or empty
record MessageRequest(String model, ChatRequest chat, boolean stream, boolean singleCall, String user) {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;

    /// @param tools whether the model is told of tools
    /// @param choice whether it may or must call them
    private record Choice(boolean tools, ToolChoice choice, boolean single) {}

    /// @param effort how much the model thinks
    /// @param format that the answer is held to
    private record Output(Optional<Reasoning> effort, Optional<Constraint> format) {}

    private static final Field<String> MODEL =
            Field.required("model", JsonTypes.name(), "name of a model, as `/v1/models` lists them");
    private static final Field<Integer> MAX_TOKENS = Field.required(
            "max_tokens", JsonTypes.integer(1, Integer.MAX_VALUE), "tokens of the answer at most, thoughts included");
    private static final Field<List<String>> STOP_SEQUENCES = Field.list(
            "stop_sequences",
            JsonTypes.list("strings that are not empty", JsonTypes.name(), 0, 16),
            "ends the answer before these texts; the one that came is told");
    private static final Field<Boolean> STREAM =
            Field.of("stream", JsonTypes.flag(), false, "sends the answer as it comes, in events");
    private static final Field<Double> TEMPERATURE = Field.of(
            "temperature",
            JsonTypes.number(0, 1),
            DEFAULT.temperature(),
            "0 always takes the most likely token, more varies more");
    private static final Field<Double> TOP_P = Field.of(
            "top_p",
            JsonTypes.number(0, 1),
            DEFAULT.topP(),
            "draws from the most likely tokens that make it up together");
    private static final Field<Integer> TOP_K = Field.of(
            "top_k",
            JsonTypes.integer(0, Integer.MAX_VALUE),
            DEFAULT.topK(),
            "draws from so many of the most likely tokens, 0 from all");

    private static final Field<String> TOOL_NAME =
            Field.required("name", JsonTypes.name(), "letters, digits, `_`, `-`, `.` and `/`");
    private static final Field<Optional<String>> DESCRIPTION =
            Field.optional("description", JsonTypes.text(), "what it does, for the model");
    private static final Field<JsonNode> INPUT_SCHEMA =
            Field.required("input_schema", JsonTypes.object(), "JSON Schema of its arguments, for the model");
    private static final Field<Boolean> STRICT = Field.of(
            "strict", JsonTypes.flag(), false, "true makes certain that the input of calls fits `input_schema`");
    private static final JsonType<Tool> TOOL = new ObjectType<>(
            "a tool",
            List.of(
                    TOOL_NAME,
                    DESCRIPTION,
                    INPUT_SCHEMA,
                    Field.partly(
                            "type",
                            "tools of the client; others are refused: this server runs no tools itself",
                            "this server runs no tools itself",
                            "custom",
                            "custom"),
                    Blocks.CACHE_CONTROL,
                    STRICT,
                    Field.only("defer_loading", "the model is told of all tools at once", "false"),
                    Field.only("eager_input_streaming", "arguments come when they are complete", "false"),
                    Field.refused("input_examples", "chat templates have no place for them"),
                    Field.refused("allowed_callers", "only the model calls tools")),
            values -> new Tool(
                    values.get(TOOL_NAME),
                    values.get(DESCRIPTION).orElse(""),
                    values.get(INPUT_SCHEMA).toString(),
                    values.get(STRICT)));
    private static final Field<List<Tool>> TOOLS = Field.list(
            "tools", JsonTypes.list("tools", TOOL, 0, Integer.MAX_VALUE), "what the model may ask the client to run");
    private static final Field<Boolean> SINGLE =
            Field.of("disable_parallel_tool_use", JsonTypes.flag(), false, "true ends the answer with its first call");
    private static final Field<Choice> TOOL_CHOICE = Field.of(
            "tool_choice",
            new TaggedType<Choice>("a tool choice", "type")
                    .with(
                            "auto",
                            new ObjectType<>(
                                    "a tool choice",
                                    List.of(SINGLE),
                                    values -> new Choice(true, ToolChoice.Any.AUTO, values.get(SINGLE))))
                    .with(
                            "any",
                            new ObjectType<>(
                                    "a tool choice",
                                    List.of(SINGLE),
                                    values -> new Choice(true, ToolChoice.Any.REQUIRED, values.get(SINGLE))))
                    .with(
                            "tool",
                            new ObjectType<>(
                                    "a tool choice",
                                    List.of(TOOL_NAME, SINGLE),
                                    values -> new Choice(
                                            true, new ToolChoice.Named(values.get(TOOL_NAME)), values.get(SINGLE))))
                    .with(
                            "none",
                            new ObjectType<>(
                                    "a tool choice", List.of(), _ -> new Choice(false, ToolChoice.Any.AUTO, false))),
            new Choice(true, ToolChoice.Any.AUTO, false),
            "{\"type\": \"auto\"}",
            "`auto` offers the tools, `any` makes the model call one, `tool` the one that is named, `none` keeps them"
                    + " from it");

    private static final Field<Reasoning> BUDGET = Field.required(
            "budget_tokens",
            JsonTypes.integer(1, Integer.MAX_VALUE).as(Reasoning.Budget::new),
            "tokens that the model may think; below `max_tokens`");
    private static final Field<String> DISPLAY = Field.partly(
            "display", "thoughts are told as they are", "thoughts are told as they are", "summarized", "summarized");
    private static final Field<Reasoning> THINKING = Field.of(
            "thinking",
            new TaggedType<Reasoning>("a thinking setting", "type")
                    .with(
                            "enabled",
                            new ObjectType<>(
                                    "a thinking setting", List.of(BUDGET, DISPLAY), values -> values.get(BUDGET)))
                    .with("adaptive", new ObjectType<>("a thinking setting", List.of(DISPLAY), _ -> Reasoning.AUTO))
                    .without("between_tools", "models think before they answer or not at all")
                    .with("disabled", new ObjectType<>("a thinking setting", List.of(), _ -> Reasoning.OFF)),
            Reasoning.OFF,
            "{\"type\": \"disabled\"}",
            "how much the model thinks; `adaptive` leaves it to the model or to `output_config.effort`");
    private static final Field<Optional<Reasoning>> EFFORT = Field.optional(
            "effort", JsonTypes.oneOf(efforts()), "how much the model thinks; `xhigh` and `max` count as `high`");
    private static final Field<Optional<Constraint>> FORMAT = format("format");
    private static final Field<Optional<Constraint>> OUTPUT_FORMAT = format("output_format");
    private static final Field<Output> OUTPUT_CONFIG = Field.of(
            "output_config",
            new ObjectType<>(
                    "an output configuration",
                    List.of(EFFORT, FORMAT),
                    values -> new Output(values.get(EFFORT), values.get(FORMAT))),
            new Output(Optional.empty(), Optional.empty()),
            "{}",
            "an effort needs `thinking` of type `adaptive`");
    private static final Field<Optional<String>> USER_ID =
            Field.optional("user_id", JsonTypes.text(), "written into the access log, and used for nothing else");
    private static final Field<Optional<Optional<String>>> METADATA = Field.optional(
            "metadata",
            new ObjectType<>("metadata", List.of(USER_ID), values -> values.get(USER_ID)),
            "whose request it is");

    /// What a prompt consists of: the fields that counting its tokens takes too.
    private static final List<Field<?>> PROMPT = List.of(
            MODEL,
            Blocks.MESSAGES,
            Blocks.SYSTEM,
            TOOLS,
            TOOL_CHOICE,
            THINKING,
            OUTPUT_CONFIG,
            Blocks.CACHE_CONTROL,
            Field.only("speed", "requests of this API have no tiers", "\"standard\""));

    /// How it is read.
    static final ObjectType<MessageRequest> TYPE =
            new ObjectType<>("a message request", fields(), values -> of(values, values.get(MAX_TOKENS)));

    /// How a request to count is read.
    static final ObjectType<MessageRequest> COUNT_TYPE =
            new ObjectType<>("a request to count tokens", PROMPT, MessageRequest::counting);

    private static List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>(PROMPT);
        fields.addAll(List.of(
                MAX_TOKENS,
                STOP_SEQUENCES,
                STREAM,
                TEMPERATURE,
                TOP_P,
                TOP_K,
                METADATA,
                Field.only("service_tier", "requests of this API have no tiers", "\"auto\"", "\"standard_only\""),
                Field.refused("diagnostics", "the access log has what is known"),
                Field.refused("container", "this server runs no tools itself"),
                Field.refused("context_management", "conversations are never cut"),
                Field.refused("mcp_servers", "this server runs no tools itself"),
                Field.refused("inference_geo", "answers are computed on this machine"),
                OUTPUT_FORMAT));
        return fields;
    }

    private static Field<Optional<Constraint>> format(String name) {
        Field<JsonNode> schema = Field.required(
                "schema", JsonTypes.object(), "JSON Schema; keywords that cannot be kept are refused by name");
        return Field.optional(
                name,
                new TaggedType<Constraint>("an output format", "type")
                        .with(
                                "json_schema",
                                new ObjectType<>(
                                        "an output format",
                                        List.of(schema),
                                        values -> new Constraint.JsonSchema(
                                                values.get(schema).toString()))),
                "the form of the answer; thoughts come before it, and calls of tools may come in its place");
    }

    private static Map<String, Reasoning> efforts() {
        Map<String, Reasoning> efforts = new LinkedHashMap<>();
        efforts.put("low", Reasoning.Level.LOW);
        efforts.put("medium", Reasoning.Level.MEDIUM);
        efforts.put("high", Reasoning.Level.HIGH);
        efforts.put("xhigh", Reasoning.Level.HIGH);
        efforts.put("max", Reasoning.Level.HIGH);
        return efforts;
    }

    private static MessageRequest counting(Values values) {
        Choice choice = values.get(TOOL_CHOICE);
        ChatRequest chat = ChatRequest.of(messages(values))
                .withTools(choice.tools ? values.get(TOOLS) : List.of())
                .withToolChoice(choice.choice)
                .withReasoning(reasoning(values));
        return new MessageRequest(values.get(MODEL), chat, false, choice.single, "");
    }

    private static MessageRequest of(Values values, int maxTokens) {
        MessageRequest counting = counting(values);
        if (counting.chat.reasoning() instanceof Reasoning.Budget(int tokens) && tokens >= maxTokens) {
            throw values.refuse(
                    THINKING,
                    "has a budget of " + tokens + " tokens; it must be below `max_tokens`, " + maxTokens + ".");
        }
        ChatRequest chat = counting.chat
                .withSampling(sampling(values))
                .withMaxTokens(maxTokens)
                .withStop(values.get(STOP_SEQUENCES));
        Optional<Constraint> format = values.get(OUTPUT_CONFIG).format.or(() -> values.get(OUTPUT_FORMAT));
        ChatRequest held = format.map(chat::withConstraint).orElse(chat);
        String user = values.get(METADATA).flatMap(id -> id).orElse("");
        return new MessageRequest(counting.model, held, values.get(STREAM), counting.singleCall, user);
    }

    private static List<Message> messages(Values values) {
        List<Message> messages = new ArrayList<>();
        values.get(Blocks.SYSTEM).ifPresent(system -> messages.add(Message.system(system)));
        messages.addAll(values.get(Blocks.MESSAGES));
        return messages;
    }

    private static Reasoning reasoning(Values values) {
        Reasoning thinking = values.get(THINKING);
        Optional<Reasoning> effort = values.get(OUTPUT_CONFIG).effort;
        if (effort.isPresent() && !thinking.equals(Reasoning.AUTO)) {
            throw values.refuse(OUTPUT_CONFIG, "has an effort, which needs `thinking` of type \"adaptive\".");
        }
        return effort.orElse(thinking);
    }

    private static SamplingParameters sampling(Values values) {
        return new SamplingParameters(
                values.get(TEMPERATURE),
                values.get(TOP_K),
                // The engine always keeps one token, which is what 0 means.
                Math.max(values.get(TOP_P), Double.MIN_NORMAL),
                DEFAULT.minP(),
                DEFAULT.repetitionPenalty(),
                DEFAULT.presencePenalty(),
                DEFAULT.frequencyPenalty(),
                OptionalLong.empty(),
                Map.of(),
                DEFAULT.logProbs());
    }
}

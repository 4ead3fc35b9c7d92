package ouverture.server.openai;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import ouverture.Reasoning;
import ouverture.server.field.Field;
import ouverture.server.field.FieldException;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How much the model thinks, in the words of all clients that speak this API. Two fields must not contradict
/// each other.
///
/// @param setting the one switch
/// @param show whether thoughts are part of the answer
/// @param variables of the chat template
record ReasoningFields(Reasoning setting, boolean show, Map<String, Object> variables) {
    /// How much a model thinks, as clients of this API say it.
    static final JsonType<Reasoning> EFFORTS = JsonTypes.oneOf(efforts());

    private static final Field<Optional<Reasoning>> REASONING_EFFORT = Field.optional(
            "reasoning_effort",
            EFFORTS,
            "how much the model thinks; `minimal` counts as `low`, `xhigh` and `max` as `high`, and `auto` leaves"
                    + " it to the model");

    private static final Field<Optional<Reasoning>> EFFORT = Field.optional("effort", EFFORTS, "as `reasoning_effort`");
    private static final Field<Optional<Reasoning>> MAX_TOKENS =
            Field.optional("max_tokens", budget(), "tokens that the model may think; 0 for none");
    private static final Field<Optional<Boolean>> ENABLED =
            Field.optional("enabled", JsonTypes.flag(), "false for no thoughts; true counts as `medium`");
    private static final Field<Boolean> EXCLUDE =
            SamplingFields.flag("exclude", "leaves the thoughts out of the answer");

    private record Nested(Map<String, Reasoning> settings, boolean exclude) {}

    private static final Field<Optional<Nested>> REASONING = Field.optional(
            "reasoning",
            new ObjectType<>(
                    "reasoning options", List.of(EFFORT, MAX_TOKENS, ENABLED, EXCLUDE), ReasoningFields::nested),
            "the same in the words of OpenRouter");

    private static final Field<Boolean> TYPE = Field.required(
            "type",
            JsonTypes.oneOf(ordered("enabled", true, "disabled", false)),
            "whether the model thinks; `enabled` without a budget counts as `medium`");
    private static final Field<Optional<Reasoning>> BUDGET_TOKENS =
            Field.optional("budget_tokens", budget(), "tokens that the model may think");
    private static final Field<Optional<Reasoning>> THINKING = Field.optional(
            "thinking",
            new ObjectType<>("thinking options", List.of(TYPE, BUDGET_TOKENS), ReasoningFields::thinking),
            "the same in the words of Anthropic");

    private static final Field<Optional<JsonNode>> CHAT_TEMPLATE_KWARGS = Field.optional(
            "chat_template_kwargs",
            JsonTypes.object(),
            "variables of the model's chat template, which prevail; `enable_thinking` or `thinking` false,"
                    + " `reasoning_effort` and `thinking_budget` also set the switch");
    private static final Field<Boolean> INCLUDE_REASONING =
            Field.of("include_reasoning", JsonTypes.flag(), true, "whether thoughts are part of the answer");

    /// All of them, in the order of the documentation.
    static final List<Field<?>> ALL =
            List.of(REASONING_EFFORT, REASONING, THINKING, CHAT_TEMPLATE_KWARGS, INCLUDE_REASONING);

    private static JsonType<Reasoning> budget() {
        return JsonTypes.integer(0, Integer.MAX_VALUE)
                .as(tokens -> tokens == 0 ? Reasoning.OFF : new Reasoning.Budget(tokens));
    }

    private static Map<String, Reasoning> efforts() {
        Map<String, Reasoning> efforts = new LinkedHashMap<>();
        efforts.put("none", Reasoning.OFF);
        efforts.put("auto", Reasoning.AUTO);
        efforts.put("minimal", Reasoning.Level.LOW);
        efforts.put("low", Reasoning.Level.LOW);
        efforts.put("medium", Reasoning.Level.MEDIUM);
        efforts.put("high", Reasoning.Level.HIGH);
        efforts.put("xhigh", Reasoning.Level.HIGH);
        efforts.put("max", Reasoning.Level.HIGH);
        return efforts;
    }

    private static <T> Map<String, T> ordered(String one, T first, String other, T second) {
        Map<String, T> map = new LinkedHashMap<>();
        map.put(one, first);
        map.put(other, second);
        return map;
    }

    private static Reasoning onOff(boolean on) {
        return on ? Reasoning.Level.MEDIUM : Reasoning.OFF;
    }

    private static Nested nested(Values values) {
        Map<String, Reasoning> settings = new LinkedHashMap<>();
        values.get(EFFORT).ifPresent(setting -> settings.put(values.path(EFFORT), setting));
        values.get(MAX_TOKENS).ifPresent(setting -> settings.put(values.path(MAX_TOKENS), setting));
        values.get(ENABLED)
                .filter(enabled -> !enabled || settings.isEmpty())
                .ifPresent(enabled -> settings.put(values.path(ENABLED), onOff(enabled)));
        return new Nested(settings, values.get(EXCLUDE));
    }

    private static Reasoning thinking(Values values) {
        Optional<Reasoning> budget = values.get(BUDGET_TOKENS);
        if (!values.get(TYPE) && budget.isPresent()) {
            throw values.refuse(BUDGET_TOKENS, "goes with `type` \"enabled\" only; leave it out.");
        }
        return budget.orElse(onOff(values.get(TYPE)));
    }

    /// What a request says.
    ///
    /// @throws FieldException if two fields say different things
    static ReasoningFields of(Values values) {
        Map<String, Reasoning> settings = new LinkedHashMap<>();
        values.get(REASONING_EFFORT).ifPresent(setting -> settings.put(REASONING_EFFORT.name(), setting));
        values.get(REASONING).ifPresent(nested -> settings.putAll(nested.settings));
        values.get(THINKING).ifPresent(setting -> settings.put(THINKING.name(), setting));
        Map<String, Object> variables = new LinkedHashMap<>();
        values.get(CHAT_TEMPLATE_KWARGS)
                .ifPresent(node -> node.propertyStream()
                        .filter(entry -> !entry.getValue().isNull())
                        .forEach(entry -> {
                            JsonNode value = entry.getValue();
                            variables.put(entry.getKey(), JsonMapper.shared().treeToValue(value, Object.class));
                            ofTemplate(entry.getKey(), value)
                                    .ifPresent(setting ->
                                            settings.put(CHAT_TEMPLATE_KWARGS.name() + "." + entry.getKey(), setting));
                        }));
        if (settings.values().stream().distinct().count() > 1) {
            String names =
                    settings.keySet().stream().map(name -> "`" + name + "`").collect(Collectors.joining(" and "));
            throw new FieldException(
                    settings.keySet().iterator().next(),
                    names + " say different things about how much the model thinks; give one of them.");
        }
        Reasoning setting = settings.isEmpty()
                ? Reasoning.AUTO
                : settings.values().iterator().next();
        boolean exclude = values.get(REASONING).map(Nested::exclude).orElse(false);
        return new ReasoningFields(setting, values.get(INCLUDE_REASONING) && !exclude, variables);
    }

    /// What a variable of a chat template says to families whose template does not know it.
    private static Optional<Reasoning> ofTemplate(String name, JsonNode value) {
        return switch (name) {
            case "enable_thinking", "thinking" ->
                value.isBoolean() && !value.booleanValue() ? Optional.of(Reasoning.OFF) : Optional.empty();
            case "reasoning_effort" ->
                EFFORTS.fits(value) ? Optional.ofNullable(efforts().get(value.stringValue())) : Optional.empty();
            case "thinking_budget" ->
                value.isIntegralNumber() && value.intValue() > 0
                        ? Optional.of(new Reasoning.Budget(value.intValue()))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}

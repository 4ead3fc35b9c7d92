package ouverture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.TemplateException;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.Thoughts;

/// The one reasoning switch, for one model.
///
/// Which variables its chat template has is found by rendering a conversation with each value: copies of the same
/// model differ in this. What the template cannot do is enforced: a thought is closed in the prompt for `off`,
/// opened in it for a level, and closed after its budget.
final class ReasoningSwitch {
    /// Variables that turn thoughts on and off: Qwen 3, Gemma 4 and Reka; DeepSeek V3.1 and later.
    static final List<String> FLAGS = List.of("enable_thinking", "thinking");
    /// Variables with the levels low, medium and high: gpt-oss.
    static final List<String> EFFORTS = List.of("reasoning_effort");

    private static final int LOW_TOKENS = 2048;
    private static final int MEDIUM_TOKENS = 8192;
    private static final int HIGH_TOKENS = 32_768;
    private static final String CANNOT_THINK = "This model does not think: its chat template knows no thoughts.";

    private final Optional<Thoughts> thoughts;
    private final List<String> flags;
    private final List<String> efforts;

    /// Renders a conversation with some variables.
    @FunctionalInterface
    interface Renderer {
        /// @throws TemplateException if the template fails
        String render(Map<String, Object> variables);
    }

    /// What is done for one request.
    ///
    /// @param suffix put after the rendered prompt
    /// @param closing what closes a thought whose budget is used up
    /// @param lastClosing what closes one that the model opens again after that
    /// @param budget tokens of thoughts, -1 without a limit
    record Plan(String suffix, String closing, String lastClosing, int budget, ReasoningApplied applied) {}

    private ReasoningSwitch(Optional<Thoughts> thoughts, List<String> flags, List<String> efforts) {
        this.thoughts = thoughts;
        this.flags = flags;
        this.efforts = efforts;
    }

    /// @param renderer renders a short conversation
    static ReasoningSwitch of(OutputFormat format, OutputFormat.Traits traits, Renderer renderer) {
        return new ReasoningSwitch(
                format.thoughts().filter(_ -> format.asksForThoughts(traits)),
                FLAGS.stream()
                        .filter(flag -> traits.reads(flag) && differs(flag, true, false, renderer))
                        .toList(),
                EFFORTS.stream()
                        .filter(effort -> traits.reads(effort) && differs(effort, "low", "high", renderer))
                        .toList());
    }

    private static boolean differs(String name, Object one, Object other, Renderer renderer) {
        try {
            return !renderer.render(Map.of(name, one)).equals(renderer.render(Map.of(name, other)));
        } catch (TemplateException e) {
            return false;
        }
    }

    /// Whether the template knows thoughts.
    boolean knowsThoughts() {
        return thoughts.isPresent();
    }

    /// The template variables for a setting.
    Map<String, Object> variables(Reasoning requested) {
        Map<String, Object> variables = new LinkedHashMap<>();
        if (requested.equals(Reasoning.AUTO)) {
            return variables;
        }
        flags.forEach(flag -> variables.put(flag, !requested.equals(Reasoning.OFF)));
        efforts.forEach(effort -> variables.put(effort, effort(requested)));
        return variables;
    }

    private static String effort(Reasoning requested) {
        return switch (requested) {
            case Reasoning.Level level ->
                switch (level) {
                    case OFF, LOW -> "low";
                    case AUTO, MEDIUM -> "medium";
                    case HIGH -> "high";
                };
            case Reasoning.Budget(int tokens) ->
                tokens <= LOW_TOKENS ? "low" : tokens <= MEDIUM_TOKENS ? "medium" : "high";
        };
    }

    /// @param variables that the template was given for this setting
    /// @param prompt as rendered
    /// @param answerTokens room for thoughts and answer
    /// @param mayCall whether the request has tools
    Plan plan(Reasoning requested, Map<String, Object> variables, String prompt, int answerTokens, boolean mayCall) {
        List<String> set = new ArrayList<>();
        variables.forEach((name, value) -> set.add(name + "=" + value));
        String byTemplate = set.isEmpty() ? ReasoningApplied.NONE : String.join(", ", set);
        if (thoughts.isEmpty()) {
            return new Plan(
                    "", "", "", -1, new ReasoningApplied(requested, byTemplate, ReasoningApplied.NONE, CANNOT_THINK));
        }
        Thoughts tags = thoughts.get();
        int budget = budget(requested, answerTokens);
        List<String> enforced = new ArrayList<>();
        String suffix = "";
        boolean opened = tags.isOpenedBy(prompt);
        boolean byFlag = !flags.isEmpty();
        if (requested.equals(Reasoning.OFF) && (opened || !byFlag)) {
            suffix = (opened ? "" : tags.opening()) + tags.closing(mayCall);
            enforced.add("closed");
        } else if (!requested.equals(Reasoning.OFF) && budget >= 0 && !opened && set.isEmpty()) {
            suffix = tags.opening();
            enforced.add("opened");
        }
        if (budget >= 0) {
            enforced.add("budget " + budget);
        }
        return new Plan(
                suffix,
                tags.closing(mayCall),
                tags.closing(false),
                budget,
                new ReasoningApplied(
                        requested,
                        byTemplate,
                        enforced.isEmpty() ? ReasoningApplied.NONE : String.join(", ", enforced),
                        ""));
    }

    /// A level leaves a quarter of the room to the answer; a budget is what was asked for.
    private static int budget(Reasoning requested, int answerTokens) {
        int most = Math.max(1, (int) (answerTokens * 3L / 4));
        return switch (requested) {
            case Reasoning.Budget(int tokens) -> tokens;
            case Reasoning.Level level ->
                switch (level) {
                    case OFF -> 0;
                    case AUTO -> -1;
                    case LOW -> Math.min(LOW_TOKENS, most);
                    case MEDIUM -> Math.min(MEDIUM_TOKENS, most);
                    case HIGH -> Math.min(HIGH_TOKENS, most);
                };
        };
    }
}

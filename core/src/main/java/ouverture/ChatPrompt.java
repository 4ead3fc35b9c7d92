package ouverture;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.PromptMessages.Arguments;
import ouverture.constrain.AnswerForm;
import ouverture.error.RequestException;
import ouverture.error.TemplateException;
import ouverture.file.Metadata;
import ouverture.text.ChatTemplate;
import ouverture.text.Tokenizer;
import ouverture.text.output.DeclaredTools;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.OutputFormat.Traits;

/// Renders conversations by a model's own template, turns them into tokens, and knows how to read the answer.
/// Special tokens of the template count; what users write never becomes one.
final class ChatPrompt {
    private static final LocalDateTime SOME_DAY = LocalDateTime.of(2025, 1, 1, 0, 0);

    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final OutputFormat format;
    private final PromptMessages messages;
    private final ReasoningSwitch reasoning;

    private ChatPrompt(String source, Tokenizer tokenizer) {
        this.template = ChatTemplate.parse(source);
        this.tokenizer = tokenizer;
        Traits traits = new Traits(source, tokenizer);
        format = OutputFormat.of(traits);
        messages = new PromptMessages(tokenizer, traits, format);
        ChatRequest probe = ChatRequest.of("Hi");
        reasoning = ReasoningSwitch.of(
                format,
                traits,
                variables -> render(probe.withTemplateVariables(variables), Arguments.VALUES, true, SOME_DAY));
    }

    /// The chat template of a file, where it has one.
    ///
    /// @throws TemplateException if it cannot be parsed
    static Optional<ChatPrompt> of(Metadata metadata, Tokenizer tokenizer) {
        return metadata.string("tokenizer.chat_template").map(source -> new ChatPrompt(source, tokenizer));
    }

    /// Whether the template knows thoughts.
    boolean knowsThoughts() {
        return reasoning.knowsThoughts();
    }

    /// Renders a request.
    ///
    /// @param positions tokens that prompt and answer have room for together
    /// @throws TemplateException if the template refuses the conversation
    Prompt prompt(ChatRequest request, int positions) {
        Map<String, Object> set = reasoning.variables(request.reasoning());
        Map<String, Object> variables = new LinkedHashMap<>(set);
        variables.putAll(request.templateVariables());
        set.keySet().removeAll(request.templateVariables().keySet());
        String text = render(request.withTemplateVariables(variables), true, LocalDateTime.now(ZoneId.systemDefault()));
        int length = tokenizer.encode(text, false, true).length;
        int room = Math.max(1, positions - length);
        int answer = request.maxTokens() == 0 ? room : Math.min(room, request.maxTokens());
        ReasoningSwitch.Plan plan = reasoning.plan(
                request.reasoning(), set, text, answer, !request.tools().isEmpty());
        String whole = text + plan.suffix();
        AnswerForm form = form(request, whole);
        boolean mustCall = form != null && form.mustCall();
        return new Prompt(
                encode(whole),
                format.parser(tokenizer, declared(request), whole),
                new ThoughtLimit(
                        plan.budget(),
                        closing(plan.closing()),
                        closing(mustCall ? plan.closing() : plan.lastClosing())),
                plan.applied(),
                form);
    }

    /// What the answer is held to, where the request asks for something.
    private @Nullable AnswerForm form(ChatRequest request, String prompt) {
        boolean mustCall = !request.toolChoice().equals(ToolChoice.AUTO);
        boolean isStrict = request.tools().stream().anyMatch(Tool::isStrict);
        if (request.constraint().isEmpty() && !mustCall && !isStrict) {
            return null;
        }
        boolean mayThink = !request.reasoning().equals(Reasoning.OFF);
        return new AnswerForm(
                format,
                AnswerForm.Beginning.of(format, prompt, mayThink),
                request.constraint(),
                request.callable().stream()
                        .map(tool -> new AnswerForm.Call(tool.name(), tool.parameters(), tool.isStrict()))
                        .toList(),
                mustCall);
    }

    /// The text up to an answer, and the text with it.
    ///
    /// @param request ends with the answer
    /// @throws TemplateException if the template refuses the conversation
    ChatLesson.Texts texts(ChatRequest request) {
        List<Message> before = request.messages().subList(0, request.messages().size() - 1);
        ChatRequest asked = new ChatRequest(
                before,
                request.sampling(),
                request.maxTokens(),
                request.stop(),
                request.tools(),
                request.reasoning(),
                request.templateVariables());
        return new ChatLesson.Texts(render(asked, true, SOME_DAY), render(request, false, SOME_DAY));
    }

    /// The beginning of a text in tokens, with the start token where the model wants one.
    int[] tokens(String text) {
        return encode(text);
    }

    private int[] closing(String text) {
        return tokenizer.encode(text, false, true);
    }

    private static DeclaredTools declared(ChatRequest request) {
        Map<String, String> schemas = new HashMap<>();
        request.tools().forEach(tool -> schemas.put(tool.name(), tool.parameters()));
        int calls = request.messages().stream()
                .mapToInt(message -> message.calls().size())
                .sum();
        return DeclaredTools.of(schemas, calls);
    }

    /// Most templates take the arguments of earlier calls as values; some want them as text, and some fail at
    /// arguments that are no objects.
    ///
    /// @param asks whether the text ends where the model goes on
    private String render(ChatRequest request, boolean asks, LocalDateTime now) {
        try {
            return render(request, Arguments.VALUES, asks, now);
        } catch (TemplateException e) {
            boolean hasCalls = request.messages().stream()
                    .anyMatch(message -> !message.calls().isEmpty());
            for (Arguments form : hasCalls ? List.of(Arguments.TEXT, Arguments.OBJECTS) : List.<Arguments>of()) {
                try {
                    return render(request, form, asks, now);
                } catch (TemplateException again) {
                    e.addSuppressed(again);
                }
            }
            throw e;
        }
    }

    private String render(ChatRequest request, Arguments form, boolean asks, LocalDateTime now) {
        Map<String, @Nullable Object> variables = messages.variables(request, form);
        variables.put("add_generation_prompt", asks);
        variables.put("bos_token", bos());
        variables.put(
                "eos_token",
                tokenizer.eos().isPresent() ? tokenizer.piece(tokenizer.eos().getAsInt()) : "");
        try {
            return template.render(variables, now);
        } catch (IllegalArgumentException e) {
            throw new RequestException(
                    "A template variable of the request has a value that is not JSON: " + e.getMessage() + ".", e);
        }
    }

    private String bos() {
        return tokenizer.bos().isPresent() ? tokenizer.piece(tokenizer.bos().getAsInt()) : "";
    }

    private int[] encode(String text) {
        boolean begun = !bos().isEmpty() && text.startsWith(bos());
        return tokenizer.encode(text, !begun, true);
    }
}

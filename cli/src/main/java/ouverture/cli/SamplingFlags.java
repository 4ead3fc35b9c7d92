package ouverture.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.CompletionRequest.Prompt;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.constrain.Constraint;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How tokens are drawn, when an answer ends, and how much the model thinks before.
final class SamplingFlags {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Tokens of the answer at most; 0 for as many as fit (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            converter = Escapes.class,
            description = "Ends the answer before this text; may be repeated; escapes such as \\n are understood.")
    private List<String> stop = new ArrayList<>();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 always takes the most likely token, more varies more (default: ${DEFAULT-VALUE}).")
    private double temperature = DEFAULT.temperature();

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draws from the K most likely tokens; 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK = DEFAULT.topK();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draws from the most likely tokens that make up P together (default: ${DEFAULT-VALUE}).")
    private double topP = DEFAULT.topP();

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Drops tokens below this share of the likeliest one (default: ${DEFAULT-VALUE}).")
    private double minP = DEFAULT.minP();

    @Option(
            names = "--repetition-penalty",
            paramLabel = "F",
            description = "Above 1 makes tokens of prompt and answer less likely (default: ${DEFAULT-VALUE}).")
    private double repetitionPenalty = DEFAULT.repetitionPenalty();

    @Option(
            names = "--presence-penalty",
            paramLabel = "F",
            description = "Taken from tokens that the answer has, -2 to 2 (default: ${DEFAULT-VALUE}).")
    private double presencePenalty = DEFAULT.presencePenalty();

    @Option(
            names = "--frequency-penalty",
            paramLabel = "F",
            description = "Taken once for each time the answer has a token, -2 to 2 (default: ${DEFAULT-VALUE}).")
    private double frequencyPenalty = DEFAULT.frequencyPenalty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes an answer repeatable; a fresh one for each answer without it.")
    private @Nullable Long seed;

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=BIAS",
            description = "Added to the logit of a token, -100 to 100; may be repeated.")
    private Map<Integer, Double> logitBias = new LinkedHashMap<>();

    @Option(
            names = "--reasoning",
            paramLabel = "HOW",
            converter = ReasoningConverter.class,
            description = "off, auto, low, medium, high, or how many tokens the model may think (default: auto).")
    private Reasoning reasoning = Reasoning.AUTO;

    private Optional<Constraint> constraint = Optional.empty();

    /// Holds answers to a form.
    void constraint(Optional<Constraint> form) {
        constraint = form;
    }

    /// How much the model thinks.
    Reasoning reasoning() {
        return reasoning;
    }

    /// Changes how much the model thinks.
    void reasoning(Reasoning setting) {
        reasoning = setting;
    }

    /// A text to continue.
    ///
    /// @throws ouverture.error.RequestException if a value is out of its range
    CompletionRequest completion(String text) {
        return new CompletionRequest(
                new Prompt.Text(text), parameters(), maxTokens, stop, Optional.empty(), constraint);
    }

    /// A conversation to answer.
    ///
    /// @throws ouverture.error.RequestException if a value is out of its range
    ChatRequest chat(List<Message> messages) {
        ChatRequest request = ChatRequest.of(messages)
                .withSampling(parameters())
                .withMaxTokens(maxTokens)
                .withStop(stop)
                .withReasoning(reasoning);
        return constraint.map(request::withConstraint).orElse(request);
    }

    /// Refuses a value out of its range before there is a prompt.
    ///
    /// @throws ouverture.error.RequestException that names it
    void check() {
        completion("");
    }

    private SamplingParameters parameters() {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
                logitBias,
                DEFAULT.logProbs());
    }

    /// Understands what [Reasoning#parse] does.
    static final class ReasoningConverter implements ITypeConverter<Reasoning> {
        @Override
        public Reasoning convert(String text) {
            try {
                return Reasoning.parse(text);
            } catch (RequestException e) {
                throw new TypeConversionException(
                        "'" + text + "' is not one of off, auto, low, medium, high or a number of tokens");
            }
        }
    }

    /// Understands the escapes of Java's string literals: `\n`, `\t`, `\\` and so on.
    static final class Escapes implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                return text.translateEscapes();
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'" + text + "' has an unknown escape (write a backslash twice to mean itself)");
            }
        }
    }
}

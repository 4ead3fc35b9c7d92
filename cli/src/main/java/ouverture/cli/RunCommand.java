package ouverture.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.Message;
import ouverture.ModelInfo;
import ouverture.Reasoning;
import ouverture.ReasoningApplied;
import ouverture.error.RequestException;
import ouverture.generate.FinishReason;
import ouverture.generate.SamplingParameters;
import ouverture.generate.TokenProbability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `ouverture run`: one prompt, one answer.
@Command(
        name = "run",
        description = {
            "Answers one prompt, or continues a text.",
            "The answer streams to standard output, statistics go to standard error."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "A GGUF file, a folder with safetensors, or default, the model that comes with Ouverture."
                    + " It may be left out: a single argument that is no file is the prompt, for the default model.")
    private @Nullable String first;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "What to answer; standard input if neither it nor --file is given.")
    private @Nullable String second;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Reads the prompt from a file, - for standard input; after PROMPT if both are given.")
    private @Nullable Path file;

    @Option(
            names = "--raw",
            description = "Continues the text, without the model's chat template, and prints it with its continuation.")
    private boolean raw;

    @Option(names = "--no-echo", description = "With --raw: prints the continuation only.")
    private boolean continuationOnly;

    @Option(names = "--system", paramLabel = "TEXT", description = "Sets the system message.")
    private @Nullable String system;

    @Option(names = "--json", description = "Prints one JSON object at the end instead of a stream of text.")
    private boolean json;

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            description = "With --json: each token's log-probability and N alternatives, 0 to 20.")
    private int logProbs = SamplingParameters.DEFAULT.logProbs();

    @Option(
            names = {"-q", "--quiet"},
            description = "Prints no statistics.")
    private boolean quiet;

    @Mixin
    private ThoughtFlags thoughtFlags = new ThoughtFlags();

    @Mixin
    private SamplingFlags sampling = new SamplingFlags();

    @Mixin
    private ConstraintFlags constraintFlags = new ConstraintFlags();

    @Mixin
    private EngineFlags engineFlags = new EngineFlags();

    @Mixin
    private SpeculationFlags guesses = new SpeculationFlags();

    RunCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        check();
        RunArguments arguments = RunArguments.of(first, second);
        String prompt = PromptSource.read(arguments.prompt(), file, streams);
        long start = System.nanoTime();
        try (Engine engine = engineFlags.open(arguments.model(), guesses, streams)) {
            Duration load = Duration.ofNanos(System.nanoTime() - start);
            Generation generation = start(engine, prompt);
            try (var _ = new Interruption(generation::cancel)) {
                Answer answer = print(generation, raw && !continuationOnly ? prompt : "", engine.info(), load);
                return answer.reason() == FinishReason.CANCELLED ? ExitCode.INTERRUPTED : ExitCode.OK;
            }
        }
    }

    /// Refuses what excludes each other before the model is loaded.
    private void check() throws IOException {
        if (raw && system != null) {
            throw new RequestException("--system needs the chat template that --raw leaves out; use one of them.");
        }
        if (raw && !sampling.reasoning().equals(Reasoning.AUTO)) {
            throw new RequestException("--reasoning needs the chat template that --raw leaves out; use one of them.");
        }
        if (continuationOnly && !raw) {
            throw new RequestException("--no-echo goes with --raw only; without it the prompt is never printed.");
        }
        if (wantsLogProbs() && !json) {
            throw new RequestException("--logprobs shows in the JSON object only; add --json.");
        }
        thoughtFlags.visible(false);
        sampling.constraint(constraintFlags.constraint());
        engineFlags.options(streams);
        guesses.speculation();
        sampling.completion("").sampling().withLogProbs(logProbs);
    }

    private boolean wantsLogProbs() {
        return logProbs != SamplingParameters.DEFAULT.logProbs();
    }

    private Generation start(Engine engine, String prompt) {
        if (raw) {
            CompletionRequest request = sampling.completion(prompt);
            return engine.complete(request.withSampling(request.sampling().withLogProbs(logProbs)));
        }
        ChatCommand.requireTemplate(engine.info());
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        messages.add(Message.user(prompt));
        ChatRequest request = sampling.chat(messages);
        return engine.chat(request.withSampling(request.sampling().withLogProbs(logProbs)));
    }

    /// @param echo printed before the answer
    private Answer print(Generation generation, String echo, ModelInfo info, Duration load) throws IOException {
        Writer out = streams.out();
        Answer answer;
        if (json) {
            answer = Answer.read(generation, _ -> {});
            out.write(Json.line(object(answer, echo, info, load)));
        } else {
            out.write(echo);
            out.flush();
            answer = stream(generation, out);
        }
        out.write('\n');
        out.flush();
        if (!json && !quiet) {
            streams.err().println(answer.statistics() + "; loading " + load.toMillis() + " ms");
            answer.note().lines().forEach(streams.err()::println);
        }
        return answer;
    }

    /// Thoughts go to standard error, so that standard output is the answer alone.
    private Answer stream(Generation generation, Writer out) throws IOException {
        ThoughtPrinter thoughts = new ThoughtPrinter(
                streams.err(),
                thoughtFlags.visible(streams.errorIsTerminal() && !quiet),
                streams.errorIsTerminal() && ThoughtPrinter.canDim(System.getenv()),
                streams.errorIsTerminal() ? Printable::answer : UnaryOperator.identity());
        Answer answer = Answer.read(generation, new Answer.Listener() {
            @Override
            public void piece(String text) throws IOException {
                thoughts.end();
                out.write(streams.outputIsTerminal() ? Printable.answer(text) : text);
                out.flush();
            }

            @Override
            public void thought(String text) throws IOException {
                thoughts.piece(text);
            }
        });
        thoughts.end();
        return answer;
    }

    private ObjectNode object(Answer answer, String echo, ModelInfo info, Duration load) {
        ObjectNode object = Json.object()
                .put("model", info.name())
                .put("text", echo + answer.text())
                .put("finish_reason", answer.reason().name().toLowerCase(Locale.ROOT));
        if (!raw) {
            putReasoning(object, answer);
        }
        object.putObject("usage")
                .put("prompt_tokens", answer.usage().promptTokens())
                .put("cached_tokens", answer.usage().cachedTokens())
                .put("completion_tokens", answer.usage().generatedTokens())
                .put("drafted_tokens", answer.usage().draftedTokens())
                .put("accepted_tokens", answer.usage().acceptedTokens())
                .put(
                        "total_tokens",
                        answer.usage().promptTokens() + answer.usage().generatedTokens());
        object.putObject("timings")
                .put("load_ms", load.toMillis())
                .put("prompt_ms", answer.usage().prefill().toMillis())
                .put("completion_ms", answer.usage().decode().toMillis())
                .put("prompt_tokens_per_second", answer.promptTokensPerSecond())
                .put("completion_tokens_per_second", answer.tokensPerSecond());
        if (wantsLogProbs()) {
            ArrayNode tokens = object.putArray("logprobs");
            for (TokenProbability token : answer.tokens()) {
                ArrayNode top = put(tokens.addObject(), token).putArray("top_logprobs");
                token.alternatives().forEach(alternative -> put(top.addObject(), alternative));
            }
        }
        return object;
    }

    private static void putReasoning(ObjectNode object, Answer answer) {
        object.put("reasoning", answer.thoughts());
        ArrayNode calls = object.putArray("tool_calls");
        for (ChatEvent.ToolCall call : answer.calls()) {
            calls.addObject()
                    .put("id", call.call().id())
                    .put("name", call.call().name())
                    .put("arguments", call.call().arguments())
                    .put("valid", call.isValid());
        }
        ReasoningApplied applied = answer.end().reasoning();
        ObjectNode node = object.putObject("reasoning_applied")
                .put("requested", applied.requested().text())
                .put("native", applied.byTemplate())
                .put("enforced", applied.enforced());
        if (!applied.note().isEmpty()) {
            node.put("note", applied.note());
        }
    }

    private static ObjectNode put(ObjectNode object, TokenProbability token) {
        return object.put("id", token.id()).put("logprob", token.logProbability());
    }
}

package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import ouverture.ChatEvent;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Generation;
import ouverture.ModelInfo;
import ouverture.error.RequestException;
import ouverture.file.ModelFile;
import ouverture.generate.SamplingParameters;
import ouverture.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture bench`: how fast a model runs here, and how fast it could.
@Command(
        name = "bench",
        description = {
            "Measures how fast a model reads a prompt and writes an answer.",
            "The prompt is random tokens; the answer is written after it and does not end early."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {
    private static final long NANOS = 1_000_000_000;
    private static final double LEAST_LOGIT_BIAS = -100;

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path model = Path.of("");

    @Option(
            names = {"-p", "--prompt-tokens"},
            paramLabel = "N",
            description = "Tokens of the prompt (default: ${DEFAULT-VALUE}).")
    private int promptTokens = 512;

    @Option(
            names = {"-n", "--generate-tokens"},
            paramLabel = "N",
            description = "Tokens of the answer, 2 at least (default: ${DEFAULT-VALUE}).")
    private int answerTokens = 128;

    @Option(
            names = {"-r", "--repetitions"},
            paramLabel = "N",
            description = "Measurements (default: ${DEFAULT-VALUE}).")
    private int repetitions = 3;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Runs before measuring, once at least, until Java has compiled what is used often"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds = 2;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private EngineFlags flags = new EngineFlags();

    BenchCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        atLeast("-p", promptTokens, 1);
        atLeast("-n", answerTokens, 2);
        atLeast("-r", repetitions, 1);
        atLeast("--warm-up", warmUpSeconds, 0);
        EngineOptions options = fitted(flags.options(streams));
        // Before the model is loaded: it may take most of the memory.
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        Machine machine = Machine.here();
        MemoryBandwidth bandwidth = MemoryBandwidth.measure(threads, machine);
        BenchReport report;
        try (Engine engine = EngineFlags.open(model, options, streams)) {
            report = measure(engine, options, bandwidth, machine.lastLevelCacheBytes());
        }
        streams.out().write(json ? Json.line(Json.object(report)) + "\n" : report.page());
        return ExitCode.OK;
    }

    /// Makes the cache as large as needed, and the work smaller where the model's context is.
    private EngineOptions fitted(EngineOptions options) {
        int most;
        try (ModelFile file = ModelFile.open(model)) {
            most = file.metadata().integer("context_length", Integer.MAX_VALUE);
        }
        if (options.context() > 0) {
            most = Math.min(most, options.context());
        }
        if ((long) promptTokens + answerTokens > most) {
            atLeast("The model's context", most, 3);
            answerTokens = Math.min(answerTokens, Math.max(2, most / 4));
            promptTokens = Math.min(promptTokens, most - answerTokens);
            streams.err()
                    .println("The context has " + most + " tokens: measuring " + promptTokens + " of a prompt and "
                            + answerTokens + " of an answer");
        }
        return options.withContext(promptTokens + answerTokens);
    }

    private BenchReport measure(Engine engine, EngineOptions options, MemoryBandwidth bandwidth, long cacheBytes) {
        Random random = new Random(1);
        SamplingParameters endless = endless(engine);
        streams.err().println("Warming up");
        long start = System.nanoTime();
        do {
            once(engine, endless, random);
        } while (System.nanoTime() - start < warmUpSeconds * NANOS);
        List<Double> prefill = new ArrayList<>();
        List<Double> decode = new ArrayList<>();
        for (int i = 1; i <= repetitions; i++) {
            ChatEvent.Usage usage = once(engine, endless, random);
            prefill.add(Units.perSecond(usage.promptTokens(), usage.prefill()));
            decode.add(Units.perSecond(usage.generatedTokens() - 1, usage.decode()));
            streams.err()
                    .println("Measurement " + i + " of " + repetitions + ": prompt "
                            + Units.threeDigits(prefill.getLast()) + " tokens/s, answer "
                            + Units.threeDigits(decode.getLast()) + " tokens/s");
        }
        ModelInfo info = engine.info();
        BenchReport.Speed decoding = BenchReport.Speed.of(decode);
        return new BenchReport(
                info.name(),
                info.architecture(),
                info.parameters(),
                info.weightBytes(),
                info.kernels(),
                info.threads(),
                options.cache().name().toLowerCase(Locale.ROOT),
                options.activations().name().toLowerCase(Locale.ROOT),
                promptTokens,
                answerTokens,
                BenchReport.Speed.of(prefill),
                decoding,
                info.weightBytesPerToken(),
                Math.round(bandwidth.bytesPerSecond()),
                info.weightBytesPerToken() * decoding.median() / bandwidth.bytesPerSecond(),
                info.weightBytesPerToken() <= cacheBytes);
    }

    /// One prompt of random tokens, never twice the same one, so that nothing of it is in the cache.
    private ChatEvent.Usage once(Engine engine, SamplingParameters sampling, Random random) {
        List<Integer> prompt = random.ints(promptTokens, 0, engine.info().vocabularySize())
                .boxed()
                .toList();
        CompletionRequest request =
                CompletionRequest.of(prompt).withSampling(sampling).withMaxTokens(answerTokens);
        try (Generation generation = engine.complete(request)) {
            for (ChatEvent event : generation) {
                if (event instanceof ChatEvent.Finished(var _, ChatEvent.Usage usage, var _, var _)) {
                    if (usage.generatedTokens() < answerTokens) {
                        throw new RequestException("The model ended its answer after " + usage.generatedTokens()
                                + " tokens, too early to measure; ask for fewer with -n.");
                    }
                    return usage;
                }
            }
        }
        throw new IllegalStateException("an answer without an end");
    }

    /// The most likely token each time, but none that ends the answer.
    private static SamplingParameters endless(Engine engine) {
        Map<Integer, Double> bias = new HashMap<>();
        if (engine.tokenizer().isPresent()) {
            Tokenizer tokenizer = engine.tokenizer().get();
            for (int id = 0; id < Math.min(tokenizer.size(), engine.info().vocabularySize()); id++) {
                if (tokenizer.endsGeneration(id)) {
                    bias.put(id, LEAST_LOGIT_BIAS);
                }
            }
        }
        return SamplingParameters.GREEDY.withLogitBias(bias);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new RequestException(name + " is " + value + "; it must be at least " + least + ".");
        }
    }
}

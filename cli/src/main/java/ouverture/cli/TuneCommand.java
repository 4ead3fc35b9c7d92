package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import ouverture.AdapterSource;
import ouverture.KernelSets;
import ouverture.error.RequestException;
import ouverture.train.Score;
import ouverture.train.tune.ExactAnswers;
import ouverture.train.tune.TuningRun;
import ouverture.train.tune.TuningSettings;
import ouverture.train.tune.TuningSettings.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture tune`: makes an adapter from examples.
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Trains a LoRA adapter for a model, quantised or not, from examples: conversations, pairs of a better and"
                    + " a worse answer, or answers that were judged.",
            "Ctrl-C stops with a checkpoint; the same command goes on from it, to the same bytes as without a stop."
        })
final class TuneCommand implements Callable<Integer> {
    private static final TuningSettings DEFAULT = TuningSettings.DEFAULT;

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path model = Path.of("");

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "Examples, a JSON object in each line, or plain text if its name ends in .txt.")
    private Path data = Path.of("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Where adapter, checkpoint, log and loss curve are put.")
    private Path out = Path.of("");

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Other examples, whose loss is reported before and after; nothing is learned from them.")
    private @Nullable Path test;

    @Option(
            names = "--exact",
            description = "Also answers the examples of --test before and after, and counts the answers that are"
                    + " exactly theirs.")
    private boolean exact;

    @Option(names = "--rank", paramLabel = "N", description = "Rank of the adapter (default: ${DEFAULT-VALUE}).")
    private int rank = DEFAULT.rank();

    @Option(
            names = "--alpha",
            paramLabel = "X",
            description = "Scale of the adapter, divided by its rank (default: ${DEFAULT-VALUE}).")
    private double alpha = DEFAULT.alpha();

    @Option(
            names = "--targets",
            split = ",",
            paramLabel = "NAME",
            description = "Which weights change: all, attention, feed-forward, or names as in attn_q,attn_v"
                    + " (default: all).")
    private List<String> targets = DEFAULT.targets();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "How often each example is learned from (default: 3 to 20 times, by their number).")
    private int epochs = DEFAULT.epochs();

    @Option(
            names = "--rate",
            paramLabel = "X",
            description = "Highest learning rate (default: by the model's width; 2e-4 at 2048, 3e-3 at most).")
    private double rate = DEFAULT.rate();

    @Option(
            names = "--step",
            paramLabel = "N",
            description = "Tokens between two changes of the adapter (default: ${DEFAULT-VALUE}).")
    private int step = DEFAULT.tokensPerStep();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Tokens that are computed at once, and of the longest example (default: ${DEFAULT-VALUE}).")
    private int batch = DEFAULT.tokensPerBatch();

    @Option(
            names = "--beta",
            paramLabel = "X",
            description = "Of preferences: less lets them lead further away from the model as it is"
                    + " (default: ${DEFAULT-VALUE}).")
    private double beta = DEFAULT.beta();

    @Option(
            names = "--prompt-weight",
            paramLabel = "X",
            description = "What tokens before and between answers count (default: ${DEFAULT-VALUE}).")
    private float promptWeight = DEFAULT.weights().prompt();

    @Option(
            names = "--thought-weight",
            paramLabel = "X",
            description = "What tokens of thoughts count (default: ${DEFAULT-VALUE}).")
    private float thoughtWeight = DEFAULT.weights().thoughts();

    @Option(
            names = "--answer-weight",
            paramLabel = "X",
            description = "What tokens of answers count (default: ${DEFAULT-VALUE}).")
    private float answerWeight = DEFAULT.weights().answer();

    @Option(
            names = "--raw",
            description = "Takes prompts and completions that are texts as they are, without the chat template.")
    private boolean raw;

    @Option(names = "--seed", paramLabel = "N", description = "Of first values and order (default: ${DEFAULT-VALUE}).")
    private long seed = DEFAULT.seed();

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Compute threads; 0 takes all processors (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            description = "auto, jit, vector or scalar (default: ${DEFAULT-VALUE}).")
    private String kernels = KernelSets.AUTO;

    @Option(names = "--json", description = "Prints the report as one JSON object.")
    private boolean json;

    TuneCommand(Streams streams) {
        this.streams = streams;
    }

    private TuningSettings settings() {
        return new TuningSettings(
                rank,
                alpha,
                targets,
                epochs,
                rate,
                step,
                batch,
                beta,
                new Weights(promptWeight, thoughtWeight, answerWeight),
                !raw,
                seed);
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 0 || threads > 1024) {
            throw new RequestException("The number of threads is " + threads + "; it must be from 0 to 1024.");
        }
        if (exact && test == null) {
            throw new RequestException("There are no examples to answer: give them with --test.");
        }
        TuningSettings settings = settings();
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                TuningRun run = new TuningRun(model, data, out, settings, kernels, processors())) {
            announce(run);
            Optional<TuneReport.Outcome> before = outcome(run, settings, false);
            try (TrainProgress progress =
                    new TrainProgress(streams, run.steps(), run.trainer().progress())) {
                boolean done = run.run(() -> !stopped.get(), entry -> {
                    progress.show(entry);
                    return !stopped.get();
                });
                if (!done) {
                    streams.err()
                            .println("Stopped after step "
                                    + run.trainer().progress().step() + "; the same command goes on.");
                    return ExitCode.INTERRUPTED;
                }
            }
            boolean peft = run.export();
            Optional<TuneReport.Outcome> after = outcome(run, settings, true);
            TuneReport report = new TuneReport(
                    run,
                    out,
                    peft,
                    before.map(first -> new TuneReport.Test(Objects.requireNonNull(test), first, after.orElseThrow())));
            streams.out().write(json ? Json.line(report.json()) + "\n" : report.page());
            return ExitCode.OK;
        }
    }

    /// How the model does on the other examples; empty where there are none.
    private Optional<TuneReport.Outcome> outcome(TuningRun run, TuningSettings settings, boolean adapted) {
        if (test == null) {
            return Optional.empty();
        }
        double loss = run.loss(test, settings, adapted);
        List<AdapterSource> adapters = adapted ? List.of(new AdapterSource(out, 1)) : List.of();
        Score score = exact ? new ExactAnswers(test).count(model, adapters, processors()) : null;
        return Optional.of(new TuneReport.Outcome(loss, score));
    }

    private int processors() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    /// Says what will be done, and what it takes.
    private void announce(TuningRun run) {
        long seconds = Math.round(run.estimateSeconds());
        streams.err()
                .println(run.method() + " on " + Units.count(run.count(), "example") + " of "
                        + Units.digits(run.tokens()) + " tokens, " + run.epochs() + " times: step "
                        + run.trainer().progress().step() + " of " + run.steps() + ", "
                        + Units.digits(run.size().parameters()) + " parameters in " + out + ".");
        streams.err()
                .println(String.format(
                        Locale.ROOT,
                        "It takes about %s of memory, of which %s are the model's weights, and %d:%02d minutes.",
                        Units.bytes(run.size().bytes()),
                        Units.bytes(run.size().weightBytes()),
                        seconds / 60,
                        seconds % 60));
    }
}

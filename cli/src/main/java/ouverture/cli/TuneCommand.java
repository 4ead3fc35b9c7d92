package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import ouverture.KernelSets;
import ouverture.error.RequestException;
import ouverture.train.TrainingLog;
import ouverture.train.tune.TuningRun;
import ouverture.train.tune.TuningSettings;
import ouverture.train.tune.TuningSettings.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

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
            description = "How often each example is learned from (default: ${DEFAULT-VALUE}).")
    private int epochs = DEFAULT.epochs();

    @Option(names = "--rate", paramLabel = "X", description = "Highest learning rate (default: ${DEFAULT-VALUE}).")
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
        TuningSettings settings = settings();
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                TuningRun run = new TuningRun(model, data, out, settings, kernels, count)) {
            announce(run);
            double before = test == null ? Double.NaN : run.loss(test, settings, false);
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
            double after = test == null ? Double.NaN : run.loss(test, settings, true);
            report(run, before, after, peft);
            return ExitCode.OK;
        }
    }

    /// Says what will be done, and what it takes.
    private void announce(TuningRun run) {
        long seconds = Math.round(run.estimateSeconds());
        streams.err()
                .println(run.method() + " on " + Units.count(run.count(), "example") + " of "
                        + Units.digits(run.tokens()) + " tokens, " + epochs + " times: step "
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

    private void report(TuningRun run, double before, double after, boolean peft) throws IOException {
        List<TrainingLog.Entry> entries = run.trainer().log().entries();
        double first = entries.getFirst().loss();
        double last = entries.getLast().loss();
        if (json) {
            ObjectNode object = Json.object()
                    .put("method", run.method().name().toLowerCase(Locale.ROOT))
                    .put("examples", run.count())
                    .put("steps", run.steps())
                    .put("parameters", run.size().parameters())
                    .put("first_loss", first)
                    .put("last_loss", last)
                    .put("seconds", run.trainer().progress().seconds())
                    .put("peft", peft);
            if (test != null) {
                object.put("test_loss_before", before).put("test_loss_after", after);
            }
            streams.out().write(Json.line(object) + "\n");
            return;
        }
        StringBuilder page = new StringBuilder(
                String.format(Locale.ROOT, "Loss of the first step %.3f, of the last %.3f.%n", first, last));
        if (test != null) {
            page.append(String.format(Locale.ROOT, "Loss of %s before %.3f, after %.3f.%n", test, before, after));
        }
        page.append("Use it with --adapter ").append(out).append(peft ? ", or with PEFT.\n" : ".\n");
        streams.out().write(page.toString());
    }
}

package ouverture.benchmarks.serving;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.models.BenchModel;
import ouverture.benchmarks.models.BenchModels;
import ouverture.benchmarks.models.GgufModel;
import ouverture.benchmarks.peers.Environment;
import ouverture.benchmarks.peers.Progress;
import ouverture.benchmarks.peers.Store;
import ouverture.cli.Machine;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `make bench-server`: measures our server, its engine alone and llama.cpp's server, and writes the results as
/// JSON, as a page and as a plot. What is measured stays: the next run does what is missing.
@Command(
        name = "bench-server",
        description = {
            "Measures Ouverture's server, its engine alone and llama.cpp's server on the same file in turns.",
            "Figures are kept in serving.json beside the model; only missing ones are measured."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BenchServer implements Callable<Integer> {
    private static final List<Load> LOADS =
            List.of(new Load(1, 8, 64), new Load(4, 8, 64), new Load(8, 8, 64), new Load(1, 512, 1));
    private static final List<Load> SMOKE = List.of(new Load(1, 4, 4), new Load(2, 4, 4), new Load(1, 32, 1));

    /// Seconds that a turn of one contestant takes, about, on a small machine.
    private static final double USUAL_TURN = 3;

    private static final double START = 15;

    @Option(
            names = "--models",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the model is, or is written; all figures and logs go there too.")
    private Path models = Path.of("");

    @Option(names = "--json", required = true, paramLabel = "FILE", description = "Where all figures go.")
    private Path json = Path.of("");

    @Option(names = "--page", required = true, paramLabel = "FILE", description = "Where the page goes.")
    private Path page = Path.of("");

    @Option(
            names = "--llama-server",
            paramLabel = "FILE",
            description = "llama.cpp's server program; without it, Ouverture is measured alone.")
    private @Nullable Path llamaServer;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description = "Measures only figures with this text in their names, such as \"4 requests\".")
    private String only = "";

    @Option(names = "--fresh", description = "Measures what was measured before anew.")
    private boolean fresh;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute (default: ${DEFAULT-VALUE}).")
    private int threads = 2;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            description = "Measurements of each figure (default: ${DEFAULT-VALUE}).")
    private int repetitions = 7;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Warms up until the speed is steady, but no longer than this for each figure (default:"
                    + " ${DEFAULT-VALUE}).")
    private int warmUpSeconds = 20;

    @Option(names = "--commit", paramLabel = "ID", description = "Commit of Ouverture, for the page.")
    private String commit = "unknown";

    @Option(names = "--command", paramLabel = "TEXT", description = "How this was started, for the page.")
    private String command = "bench-server";

    @Option(names = "--smoke", description = "A tiny model and short works: whether all of it runs, in seconds.")
    private boolean smoke;

    private final PrintStream out;

    /// @param out where it says what it does
    BenchServer(PrintStream out) {
        this.out = out;
    }

    /// @param args as `--help` lists them
    public static void main(String[] args) {
        System.exit(run(System.err, args));
    }

    /// Runs to the end.
    ///
    /// @return 0 if all was measured
    static int run(PrintStream out, String... args) {
        CommandLine line = new CommandLine(new BenchServer(out));
        line.setExecutionExceptionHandler((failure, _, _) -> {
            if (failure instanceof OuvertureException) {
                out.println(failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw failure;
        });
        return line.execute(args);
    }

    @Override
    public Integer call() throws IOException {
        if (repetitions < 1 || threads < 1) {
            throw new RequestException("--repetitions and --threads must be 1 at least.");
        }
        Files.createDirectories(models);
        GgufModel model = BenchModel.served(smoke);
        Path kept = models.resolve("serving.json");
        ServingResults results = known(kept);
        List<Load> missing = missing(results, model.fileName());
        if (!missing.isEmpty()) {
            String peer = llamaServer == null ? "" : ServerProcess.release(llamaServer) + ", " + llamaServer;
            results = measured(missing, model, results.headed(command, peer), kept);
        }
        publish(results);
        out.println("Written: " + json + ", " + page + ", " + plot());
        return CommandLine.ExitCode.OK;
    }

    private ServingResults known(Path kept) {
        Environment here = Environment.of(Machine.here(), threads);
        ServingResults results = Store.read(kept, ServingResults.class)
                .orElseGet(() -> new ServingResults(command, here, "", List.of()));
        results.machine().require(here, kept);
        return results;
    }

    private List<Load> missing(ServingResults results, String file) {
        Stream<Load> loads =
                (smoke ? SMOKE : LOADS).stream().filter(load -> load.toString().contains(only));
        return loads.filter(load -> fresh || !results.has(file, load, llamaServer != null))
                .toList();
    }

    private ServingResults measured(List<Load> loads, GgufModel model, ServingResults known, Path kept)
            throws IOException {
        BenchModels.write(List.of(model), models, out);
        double turns = USUAL_TURN * (llamaServer == null ? 2 : 3) * repetitions + warmUpSeconds;
        Progress progress = new Progress(out, START + turns * loads.size());
        progress.say(model.fileName() + ": loading");
        ServingResults results = known;
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        try (Duel duel = new Duel(models.resolve(model.fileName()), model.vocabulary(), loads, llamaServer, threads)) {
            progress.advance(START);
            for (Load load : loads) {
                duel.warmUp(load, warmUpSeconds);
                ServingRow.Turns figures = duel.turns(load, repetitions);
                ServingRow row = ServingRow.of(model.fileName(), load, figures, today, commit);
                results = results.with(row);
                progress.advance(turns);
                progress.say(ServingPage.words(row));
                Store.write(results, kept);
                publish(results);
            }
        }
        return results;
    }

    private Path plot() {
        return Path.of(page.toString().replaceAll("\\.md$", "") + ".svg");
    }

    private void publish(ServingResults results) throws IOException {
        Store.write(results, json);
        String name = plot().getFileName().toString();
        Store.write(ServingPage.of(results, name), page);
        Store.write(ServingPlot.of(results.rows()), plot());
    }
}

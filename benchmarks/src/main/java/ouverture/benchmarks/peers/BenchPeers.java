package ouverture.benchmarks.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import ouverture.benchmarks.models.BenchModel;
import ouverture.cli.Machine;
import ouverture.cli.MemoryBandwidth;
import ouverture.error.OuvertureException;
import ouverture.kernels.jit.IntegerPeak;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `make bench-peers`: measures Ouverture and llama.cpp on the same files in one run, and writes the results as
/// JSON, as
/// a page and as a plot.
@Command(
        name = "bench-peers",
        description = "Measures Ouverture and llama.cpp on the same files in one run.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BenchPeers implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /// Load of a machine that does nothing else.
    private static final double QUIET = 0.5;

    /// The file that is also measured after a long context.
    private static final String LONG_CONTEXT_FILE = "llama-3.2-1b-Q4_0.gguf";

    private static final List<Work> WORKS = List.of(Work.prefill(512), Work.decode(0, 1, 128), Work.decode(0, 8, 64));
    private static final List<Work> LONG_CONTEXT = List.of(Work.decode(16_384, 1, 32));
    private static final List<Work> SMOKE_WORKS = List.of(Work.prefill(32), Work.decode(0, 1, 4), Work.decode(0, 2, 2));
    private static final List<Work> SMOKE_CONTEXT = List.of(Work.decode(64, 1, 4));

    @Option(
            names = "--models",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the models are, or are written; llama.cpp goes there too.")
    private Path models = Path.of("");

    @Option(names = "--json", required = true, paramLabel = "FILE", description = "Where all figures go.")
    private Path json = Path.of("");

    @Option(names = "--page", required = true, paramLabel = "FILE", description = "Where the page goes.")
    private Path page = Path.of("");

    @Option(names = "--only", paramLabel = "TEXT", description = "Measures only files with this text in their names.")
    private String only = "";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute (default: ${DEFAULT-VALUE}).")
    private int threads = 2;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            description = "Measurements of each figure (default: ${DEFAULT-VALUE}).")
    private int repetitions = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Runs before measuring, until Java has compiled what is used (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds = 20;

    @Option(names = "--commit", paramLabel = "ID", description = "Commit of Ouverture, for the page.")
    private String commit = "unknown";

    @Option(names = "--command", paramLabel = "TEXT", description = "How this was started, for the page.")
    private String command = "bench-peers";

    @Option(names = "--no-peer", description = "Measures Ouverture alone, without the network.")
    private boolean withoutPeer;

    @Option(names = "--smoke", description = "Tiny models and short works: whether all of it runs, in seconds.")
    private boolean smoke;

    private final PrintStream progress;

    /// @param progress where it says what it does
    BenchPeers(PrintStream progress) {
        this.progress = progress;
    }

    /// @param args as `--help` lists them
    public static void main(String[] args) {
        System.exit(run(System.err, args));
    }

    /// Runs to the end.
    ///
    /// @return 0 if all was measured
    static int run(PrintStream progress, String... args) {
        CommandLine line = new CommandLine(new BenchPeers(progress));
        line.setExecutionExceptionHandler((failure, _, _) -> {
            if (failure instanceof OuvertureException) {
                progress.println(failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw failure;
        });
        return line.execute(args);
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(models);
        PeerPackage peer = withoutPeer ? null : PeerPackage.find(models).orElse(null);
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load > QUIET) {
            progress.printf("Other programs are running (load %.1f): what follows is no fair comparison.%n", load);
        }
        Machine machine = Machine.here();
        double bandwidth = MemoryBandwidth.measure(threads, machine).bytesPerSecond();
        Double peak = machine.features().contains("avx512_vnni")
                ? IntegerPeak.measure(threads).orElse(null)
                : null;
        Match match = new Match(
                new Match.Rules(threads, repetitions, warmUpSeconds, bandwidth, peak), peer, models, progress);
        List<BenchModel> all = smoke ? BenchModel.tiny() : BenchModel.all();
        for (BenchModel model : all) {
            if (model.fileName().contains(only)) {
                Path file = model.writeTo(models);
                match.play(file, smoke ? SMOKE_WORKS : WORKS);
                if (smoke || model.fileName().equals(LONG_CONTEXT_FILE)) {
                    match.play(file, smoke ? SMOKE_CONTEXT : LONG_CONTEXT);
                }
            }
        }
        write(new Results(
                LocalDate.now(ZoneOffset.UTC).toString(),
                commit,
                command,
                environment(machine, load),
                peer == null ? null : "llama.cpp " + peer.release() + " (" + PeerPackage.SOURCE + ")",
                repetitions,
                bandwidth,
                peak,
                match.rows(),
                match.memory()));
        return CommandLine.ExitCode.OK;
    }

    private Results.Environment environment(Machine machine, double load) {
        return new Results.Environment(
                machine.processor(),
                machine.processors(),
                machine.features(),
                machine.system(),
                Runtime.version().toString(),
                load,
                threads);
    }

    private void write(Results results) throws IOException {
        Path folder = json.toAbsolutePath().resolveSibling("");
        Files.createDirectories(folder);
        Files.writeString(json, JSON.writeValueAsString(results) + "\n");
        Files.writeString(page, PerformancePage.of(results, reasons(folder.resolve("reasons.json"))));
        String plot = page.toString().replaceAll("\\.md$", "") + ".svg";
        Files.writeString(Path.of(plot), RatioPlot.of(results.rows()));
        progress.println("Written: " + json + ", " + page + ", " + plot);
    }

    /// Why figures are below the bar, as people wrote it down.
    private static Map<String, String> reasons(Path file) {
        return Files.exists(file)
                ? JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {})
                : Map.of();
    }
}

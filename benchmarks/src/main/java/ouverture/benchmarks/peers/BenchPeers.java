package ouverture.benchmarks.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.models.BenchModels;
import ouverture.cli.Machine;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `make bench-peers`: measures Ouverture and its peers on the same files in one run, and writes the results as
/// JSON, as a page and as a plot. What is measured stays: the next run does what is missing.
@Command(
        name = "bench-peers",
        description = {
            "Measures Ouverture and its peers on the same files in turns.",
            "Figures are kept in results.json beside the models; only missing ones are measured."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BenchPeers implements Callable<Integer> {
    private static final double MINUTE = 60;

    @Option(
            names = "--models",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the models are, or are written; llama.cpp and all figures go there too.")
    private Path models = Path.of("");

    @Option(names = "--json", required = true, paramLabel = "FILE", description = "Where all figures go.")
    private Path json = Path.of("");

    @Option(names = "--page", required = true, paramLabel = "FILE", description = "Where the page goes.")
    private Path page = Path.of("");

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description = "Measures only figures with one of these texts, separated by semicolons, in their names,"
                    + " such as \"Q4_0\", \"decode 128\" or \"gpt-oss; memory\".")
    private String only = "";

    @Option(names = "--fresh", description = "Measures what was measured before anew.")
    private boolean fresh;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "Begins nothing that would take longer than this in all (default: no limit).")
    private double minutes = Double.POSITIVE_INFINITY;

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
            description = "Warms up until the speed is steady, but no longer than this (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds = 30;

    @Option(
            names = "--ik",
            paramLabel = "FOLDER",
            description = "Where ik_llama.cpp was built, with libllama.so and libggml.so in it or below: compares with"
                    + " it too.")
    private @Nullable Path fork;

    @Option(
            names = "--ik-release",
            paramLabel = "ID",
            description = "Which ik_llama.cpp that is, for the page (default: ${DEFAULT-VALUE}).")
    private String forkRelease = "unknown release";

    @Option(names = "--no-peer", description = "Measures Ouverture alone, without the network.")
    private boolean withoutPeer;

    @Option(names = "--commit", paramLabel = "ID", description = "Commit of Ouverture, for the page.")
    private String commit = "unknown";

    @Option(names = "--command", paramLabel = "TEXT", description = "How this was started, for the page.")
    private String command = "bench-peers";

    @Option(names = "--smoke", description = "Tiny models and short works: whether all of it runs, in seconds.")
    private boolean smoke;

    private final PrintStream out;

    /// @param out where it says what it does
    BenchPeers(PrintStream out) {
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
        CommandLine line = new CommandLine(new BenchPeers(out));
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
        Machine machine = Machine.here();
        Path kept = models.resolve("results.json");
        Results results = Store.results(kept, Environment.of(machine, threads));
        List<Peer> peers = peers();
        List<Bout> bouts = missing(results, peers);
        if (!bouts.isEmpty()) {
            results = results.headed(
                    today(), command, peers.stream().map(Peer::described).toList());
        }
        BenchModels.write(bouts.stream().map(Bout::model).distinct().toList(), models, out);
        double estimated =
                bouts.stream().mapToDouble(bout -> seconds(bout, peers)).sum();
        Progress progress = new Progress(out, estimated);
        progress.say(
                bouts.isEmpty() ? "nothing is missing; --fresh measures anew" : bouts.size() + " files to measure");
        Match.Rules rules = new Match.Rules(threads, repetitions, warmUpSeconds, machine, models);
        for (Bout bout : bouts) {
            double seconds = seconds(bout, peers);
            if (progress.elapsed() + progress.corrected(seconds) > minutes * MINUTE) {
                progress.say(bout.model().fileName() + " is left out, for it would take too long; run this again.");
            } else {
                results = play(bout, peers, rules, results, progress);
                Store.write(results, kept);
                publish(results);
            }
        }
        publish(results);
        out.println("Written: " + json + ", " + page + ", " + plot());
        return CommandLine.ExitCode.OK;
    }

    private static String today() {
        return LocalDate.now(ZoneOffset.UTC).toString();
    }

    private List<Peer> peers() {
        List<Peer> peers = new ArrayList<>();
        if (!withoutPeer) {
            PeerPackage.find(models).ifPresent(peers::add);
            peers.add(Peer.JLAMA);
        }
        if (fork != null) {
            peers.add(new Peer(
                    Peer.IK_LLAMA, forkRelease, "built from source, " + fork, ContestantMain.Kind.LLAMA, fork));
        }
        return peers;
    }

    /// What is to be measured: everything that was asked for and, unless it is to be fresh, not measured before.
    private List<Bout> missing(Results results, List<Peer> peers) {
        return (smoke ? Bout.smoke() : Bout.all())
                .stream()
                        .filter(bout -> Stream.of(only.split(";", -1))
                                .map(String::strip)
                                .anyMatch(bout::concerns))
                        .filter(bout -> fresh
                                || !missingPeers(bout, results, peers).isEmpty()
                                || isMissing(bout, results, null)
                                || bout.withMemory() && isMissingMemory(bout, results, peers))
                        .toList();
    }

    private List<Peer> missingPeers(Bout bout, Results results, List<Peer> peers) {
        return bout.readers(peers).stream()
                .filter(peer -> fresh
                        || isMissing(bout, results, peer.name())
                                && !results.failed(bout.model().fileName(), peer.name()))
                .toList();
    }

    private static boolean isMissing(Bout bout, Results results, @Nullable String peer) {
        return bout.works().stream().anyMatch(work -> !results.has(bout.model().fileName(), work, peer));
    }

    private static boolean isMissingMemory(Bout bout, Results results, List<Peer> peers) {
        String file = bout.model().fileName();
        return !results.hasMemory(file, Footprint.OURS)
                || bout.readers(peers).stream()
                        .anyMatch(peer -> !results.hasMemory(file, peer.name()) && !results.failed(file, peer.name()));
    }

    private double seconds(Bout bout, List<Peer> peers) {
        return bout.seconds(1 + bout.readers(peers).size(), repetitions);
    }

    private Results play(Bout bout, List<Peer> peers, Match.Rules rules, Results results, Progress progress) {
        String name = bout.model().fileName();
        Path file = models.resolve(name);
        Results.Stamp stamp = new Results.Stamp(name, today(), commit);
        double share = seconds(bout, peers) / (repetitions + 1);
        List<Row> rows = List.of();
        List<Results.Failure> failures = List.of();
        List<Peer> opponents = missingPeers(bout, results, peers);
        if (!opponents.isEmpty() || fresh || isMissing(bout, results, null)) {
            progress.say(name + ": loading and warming up");
            try (Match match = new Match(rules, file, bout.works(), opponents)) {
                failures = match.failures();
                failures.forEach(failure -> progress.say("  without " + failure.peer() + ": " + failure.reason()));
                progress.advance(share);
                progress.say(name + ": tokens a second of " + match.names());
                for (int i = 1; i <= repetitions; i++) {
                    String speeds = match.round();
                    progress.advance(share);
                    progress.say("  round " + i + " of " + repetitions + ": " + speeds);
                }
                rows = match.rows(stamp, ModelCost.of(file));
            }
        }
        Results played = results.with(new Results.News(rows, List.of(), failures));
        if (!bout.withMemory() || !fresh && !isMissingMemory(bout, results, peers)) {
            return played;
        }
        progress.say(name + ": memory");
        List<Peer> able = bout.readers(peers).stream()
                .filter(peer -> !played.failed(name, peer.name()))
                .toList();
        return played.with(new Results.News(List.of(), footprints(stamp, file, able, rules), List.of()));
    }

    private static List<Footprint> footprints(Results.Stamp stamp, Path file, List<Peer> peers, Match.Rules rules) {
        List<Footprint> footprints = new ArrayList<>();
        long bytes = file.toFile().length();
        MemoryProbe.Seen ours = MemoryProbe.measure(rules, null, file);
        footprints.add(Footprint.of(stamp, Footprint.OURS, bytes, ours, ours));
        for (Peer peer : peers) {
            MemoryProbe.Seen seen = MemoryProbe.measure(rules, peer, file);
            footprints.add(Footprint.of(stamp, peer.name(), bytes, ours, seen));
        }
        return footprints;
    }

    private Path plot() {
        return Path.of(page.toString().replaceAll("\\.md$", "") + ".svg");
    }

    private void publish(Results results) throws IOException {
        Store.write(results, json);
        Path reasons = json.toAbsolutePath().resolveSibling("reasons.json");
        Store.write(PerformancePage.of(results, Store.reasons(reasons)), page);
        Store.write(RatioPlot.of(results.rows()), plot());
    }
}

package ouverture.benchmarks.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.peers.MachineLoad.Disturbance;
import ouverture.cli.Machine;
import ouverture.error.ResourceException;

/// Engines on one file, which take turns of a few seconds, so that whatever else the machine does hits all of
/// them; the order changes from round to round, and the machine's limits are measured before each.
final class Match implements AutoCloseable {
    private static final double NANOS = 1e9;

    /// Speed that a further round of warming up must add for one more to be worth while.
    private static final double STILL_WARMING = 1.03;

    /// How a match is played.
    ///
    /// @param threads that compute
    /// @param repetitions of each work that count
    /// @param warmUpSeconds of our engine at most; each work is done once at least, by every engine
    /// @param logs folder for what the engines say
    record Rules(int threads, int repetitions, int warmUpSeconds, Machine machine, Path logs) {}

    /// One engine and its figures.
    private record Side(@Nullable Peer peer, ContestantProcess process, Map<Work, List<Turn>> turns) {
        String name() {
            return peer == null ? Footprint.OURS : peer.name();
        }

        List<Double> speeds(Work work) {
            return turns.getOrDefault(work, List.of()).stream().map(Turn::speed).toList();
        }
    }

    private record Turn(double speed, Disturbance disturbance) {}

    private final Rules rules;
    private final List<Work> works;
    private final List<Side> sides = new ArrayList<>();
    private final List<Limits> limits = new ArrayList<>();
    private final List<Results.Failure> failures = new ArrayList<>();

    /// Starts the engines and warms them up.
    ///
    /// @param works all of which must fit one setting of the engines
    /// @param peers that play against ours
    @SuppressWarnings("MustBeClosedChecker") // close() closes what was started
    Match(Rules rules, Path file, List<Work> works, List<Peer> peers) {
        this.rules = rules;
        this.works = works;
        Setting setting = setting(works, rules.threads());
        try {
            start(null, file, setting);
            for (Peer peer : peers) {
                tryToStart(peer, file, setting);
            }
            warmUp();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Side start(@Nullable Peer peer, Path file, Setting setting) {
        Side side = new Side(peer, process(rules, peer, file, setting), new HashMap<>());
        sides.add(side);
        side.process.load();
        return side;
    }

    /// Starts a peer, which does every work once. Not every engine knows every network.
    private void tryToStart(Peer peer, Path file, Setting setting) {
        try {
            works.forEach(start(peer, file, setting).process::tokensPerSecond);
        } catch (ResourceException e) {
            Side failed = sides.removeLast();
            failed.process.close();
            failures.add(
                    new Results.Failure(file.getFileName().toString(), peer.name(), String.valueOf(e.getMessage())));
        }
    }

    /// An engine's process, whose log lies among the others.
    static ContestantProcess process(Rules rules, @Nullable Peer peer, Path file, Setting setting) {
        String name = peer == null ? Footprint.OURS : peer.name();
        Path log = rules.logs().resolve(name + "-" + file.getFileName() + ".log");
        return new ContestantProcess(peer, file, setting, log);
    }

    /// A cache that all works fit in.
    private static Setting setting(List<Work> works, int threads) {
        boolean keepsContext = works.stream().anyMatch(work -> work.context() > 0)
                && works.stream().anyMatch(work -> work.context() == 0);
        int sequences = works.stream().mapToInt(Work::sequences).max().orElse(1) + (keepsContext ? 1 : 0);
        int longest = works.stream()
                .mapToInt(work -> work.positions() / work.sequences())
                .max()
                .orElse(1);
        // llama.cpp gives each sequence an equal part of the context, which must hold a batch
        return new Setting(threads, sequences * Math.ceilDiv(longest, Setting.BATCH) * Setting.BATCH, sequences);
    }

    /// Ours does every work until it gets no faster, because Java compiles what is used often.
    private void warmUp() {
        long start = System.nanoTime();
        Map<Work, Double> best = new HashMap<>();
        boolean faster = true;
        while (faster) {
            faster = false;
            for (Work work : works) {
                double speed = sides.getFirst().process.tokensPerSecond(work);
                faster |= speed > STILL_WARMING * best.getOrDefault(work, 0.0);
                best.merge(work, speed, Math::max);
            }
            faster &= System.nanoTime() - start < rules.warmUpSeconds() * NANOS;
        }
    }

    /// Lets every engine do every work once.
    ///
    /// @return the speeds, for people
    String round() {
        limits.add(Limits.measure(rules.threads(), rules.machine()));
        List<Side> order = limits.size() % 2 == 1 ? sides : sides.reversed();
        StringBuilder words = new StringBuilder();
        for (Work work : works) {
            for (Side side : order) {
                side.turns.computeIfAbsent(work, _ -> new ArrayList<>()).add(turn(side.process, work));
            }
            words.append(words.isEmpty() ? "" : "; ").append(work);
            for (Side side : sides) {
                words.append(
                        String.format(Locale.ROOT, " %.1f", side.speeds(work).getLast()));
            }
        }
        return words.toString();
    }

    private Turn turn(ContestantProcess engine, Work work) {
        MachineLoad before = MachineLoad.now();
        Duration own = engine.processorTime();
        long start = System.nanoTime();
        double speed = engine.tokensPerSecond(work);
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        Duration took = engine.processorTime().minus(own);
        int processors = rules.machine().processors();
        return new Turn(speed, before.until(MachineLoad.now(), took, elapsed, processors));
    }

    /// The peers that could not run the file.
    List<Results.Failure> failures() {
        return failures;
    }

    /// The names of the engines, in the order of the speeds that [#round] tells.
    String names() {
        return String.join(", ", sides.stream().map(Side::name).toList());
    }

    /// What came out: a row for each work and peer, or for each work where ours played alone.
    List<Row> rows(Results.Stamp stamp, ModelCost cost) {
        List<Row> rows = new ArrayList<>();
        Side ours = sides.getFirst();
        String kernels = ours.process.about().kernels();
        for (Work work : works) {
            for (Side side : sides.size() > 1 ? sides.subList(1, sides.size()) : sides) {
                Row.Opponent opponent = side.peer == null ? null : new Row.Opponent(side.name(), side.speeds(work));
                Row.Turns turns = new Row.Turns(
                        work,
                        kernels,
                        ours.speeds(work),
                        opponent,
                        disturbance(work, ours, side),
                        Limits.median(limits));
                rows.add(Row.of(stamp, cost, rules.threads(), turns));
            }
        }
        return rows;
    }

    /// The mean over the turns of two engines.
    private static Disturbance disturbance(Work work, Side ours, Side other) {
        List<Disturbance> all = new ArrayList<>();
        for (Side side : List.of(ours, other)) {
            side.turns.getOrDefault(work, List.of()).forEach(turn -> all.add(turn.disturbance));
        }
        return new Disturbance(
                all.stream().mapToDouble(Disturbance::stolen).average().orElse(0),
                all.stream().mapToDouble(Disturbance::others).average().orElse(0));
    }

    @Override
    public void close() {
        sides.forEach(side -> side.process.close());
    }
}

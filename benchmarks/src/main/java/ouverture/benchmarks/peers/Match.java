package ouverture.benchmarks.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.cli.BenchReport.Speed;

/// Two engines on one file, or ours alone. They take turns, so that whatever else the machine does hits both.
final class Match {
    private static final long NANOS = 1_000_000_000;

    /// How a match is played.
    ///
    /// @param threads that compute
    /// @param repetitions of each work that count
    /// @param warmUpSeconds of our engine before, each work once at least
    /// @param bandwidth bytes that memory gives per second
    /// @param peak multiplications per second, if known
    record Rules(
            int threads,
            int repetitions,
            int warmUpSeconds,
            double bandwidth,
            @Nullable Double peak) {}

    private final Rules rules;
    private final @Nullable PeerPackage peer;
    private final Path logs;
    private final PrintStream progress;
    private final List<Row> rows = new ArrayList<>();
    private final List<Results.Memory> memory = new ArrayList<>();

    /// @param logs folder for what the engines say
    Match(Rules rules, @Nullable PeerPackage peer, Path logs, PrintStream progress) {
        this.rules = rules;
        this.peer = peer;
        this.logs = logs;
        this.progress = progress;
    }

    List<Row> rows() {
        return rows;
    }

    List<Results.Memory> memory() {
        return memory;
    }

    /// Measures works on a file; all of them must fit one setting of the engines.
    void play(Path file, List<Work> works) {
        int sequences = works.stream().mapToInt(Work::sequences).max().orElse(1);
        int longest = works.stream()
                .mapToInt(work -> work.positions() / work.sequences())
                .max()
                .orElse(1);
        // llama.cpp gives each sequence an equal part of the context, which must hold a batch
        int context = sequences * Math.ceilDiv(longest, Setting.BATCH) * Setting.BATCH;
        Setting setting = new Setting(rules.threads(), context, sequences);
        String name = file.getFileName().toString();
        progress.println(name);
        try (ContestantProcess ours = start("", file, setting, "ouverture")) {
            warmUp(ours, works, rules.warmUpSeconds());
            if (peer == null) {
                turns(name, file, works, ours, null);
            } else {
                try (ContestantProcess other = start(peer.libraries().toString(), file, setting, "llama")) {
                    warmUp(other, works, 0);
                    turns(name, file, works, ours, other);
                }
            }
        }
    }

    private ContestantProcess start(String libraries, Path file, Setting setting, String name) {
        return new ContestantProcess(libraries, file, setting, logs.resolve(name + "-" + file.getFileName() + ".log"));
    }

    private static void warmUp(ContestantProcess engine, List<Work> works, int seconds) {
        long start = System.nanoTime();
        do {
            works.forEach(engine::tokensPerSecond);
        } while (System.nanoTime() - start < seconds * NANOS);
    }

    private void turns(
            String name, Path file, List<Work> works, ContestantProcess ours, @Nullable ContestantProcess other) {
        Map<Work, List<Double>> speeds = new LinkedHashMap<>();
        Map<Work, List<Double>> otherSpeeds = new LinkedHashMap<>();
        for (int i = 0; i < rules.repetitions(); i++) {
            for (Work work : works) {
                speeds.computeIfAbsent(work, _ -> new ArrayList<>()).add(ours.tokensPerSecond(work));
                if (other != null) {
                    otherSpeeds.computeIfAbsent(work, _ -> new ArrayList<>()).add(other.tokensPerSecond(work));
                }
            }
        }
        ModelCost cost = ModelCost.of(file);
        speeds.forEach((work, runs) -> {
            List<Double> theirs = otherSpeeds.getOrDefault(work, List.of());
            Row row = Row.of(
                    name,
                    work,
                    rules.threads(),
                    Speed.of(runs),
                    peer == null ? null : new Row.Peer("llama.cpp " + peer.release(), Speed.of(theirs)),
                    rules.bandwidth() / cost.bytesRead(),
                    rules.peak() == null ? null : rules.peak() / cost.multiplications());
            rows.add(row);
            progress.printf("  %s: %.1f tokens/s%n", work, row.ours());
            if (row.peerSpeed() != null) {
                progress.printf("  %s: %.1f tokens/s of the peer%n", work, row.peerSpeed());
            }
        });
        ContestantProcess.Memory used = ours.memory();
        // one entry for a file: a second match with a longer context says nothing new
        if (memory.stream().noneMatch(entry -> entry.file().equals(name))) {
            memory.add(new Results.Memory(name, bytes(file), used.cacheBytes(), used.residentBytes()));
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package ouverture.benchmarks.serving;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.peers.MachineLoad;
import ouverture.benchmarks.peers.MachineLoad.Disturbance;

/// Our server, its engine and llama.cpp's server on one file. They take turns of a few seconds, so that whatever
/// else the machine does hits all of them; the order changes from round to round.
final class Duel implements AutoCloseable {
    private static final double NANOS = 1e9;

    /// Speed that a further round of warming up must add for one more to be worth while.
    private static final double STILL_WARMING = 1.03;

    private final Random random = new Random(7);
    private final int vocabulary;
    private final ServerProcess ours;
    private final HttpClients clients;
    private final @Nullable ServerProcess peer;
    private final @Nullable HttpClients peerClients;

    /// Starts the servers.
    ///
    /// @param vocabulary tokens of the model, the last of which ends texts
    /// @param loads all of which must fit the servers' caches
    /// @param llamaServer its program; null to measure ours alone
    @SuppressWarnings("MustBeClosedChecker") // close() closes what was started
    Duel(Path model, int vocabulary, List<Load> loads, @Nullable Path llamaServer, int threads) {
        this.vocabulary = vocabulary;
        ServerProcess.Setting setting = setting(loads, threads);
        Path logs = model.toAbsolutePath().resolveSibling("");
        ours = ServerProcess.ours(model, setting, logs.resolve("server-Ouverture.log"));
        clients = new HttpClients(ours.port(), vocabulary - 1);
        try {
            peer = llamaServer == null
                    ? null
                    : ServerProcess.llama(llamaServer, model, setting, logs.resolve("server-llama.cpp.log"));
        } catch (RuntimeException e) {
            clients.close();
            ours.close();
            throw e;
        }
        peerClients = peer == null ? null : new HttpClients(peer.port(), vocabulary - 1);
    }

    private static ServerProcess.Setting setting(List<Load> loads, int threads) {
        int sequences = loads.stream().mapToInt(Load::requests).max().orElse(1);
        int longest = loads.stream()
                .mapToInt(load -> load.prompt() + load.tokens())
                .max()
                .orElse(1);
        // llama.cpp rounds the part of each sequence up to multiples of 256
        return new ServerProcess.Setting(threads, sequences, Math.ceilDiv(longest + 1, 256) * 256);
    }

    /// Ours does the work until it gets no faster, because Java compiles what is used often; the peer does it
    /// once.
    void warmUp(Load load, int seconds) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        boolean faster = true;
        while (faster) {
            double took = seconds(clients, load) + ours.engineSeconds(load);
            faster = took * STILL_WARMING < best && System.nanoTime() - start < seconds * NANOS;
            best = Math.min(best, took);
        }
        if (peerClients != null) {
            seconds(peerClients, load);
        }
    }

    /// Lets each do the work so many times.
    ServingRow.Turns turns(Load load, int repetitions) {
        List<Double> served = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Disturbance> disturbances = new ArrayList<>();
        for (int round = 0; round < repetitions; round++) {
            MachineLoad before = MachineLoad.now();
            Duration own = processorTime();
            long start = System.nanoTime();
            if (round % 2 == 0) {
                served.add(load.figure(seconds(clients, load)));
                bare.add(load.figure(ours.engineSeconds(load)));
            } else {
                bare.add(load.figure(ours.engineSeconds(load)));
                served.add(load.figure(seconds(clients, load)));
            }
            if (peerClients != null) {
                theirs.add(load.figure(seconds(peerClients, load)));
            }
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            Duration took = processorTime().minus(own);
            int processors = Runtime.getRuntime().availableProcessors();
            disturbances.add(before.until(MachineLoad.now(), took, elapsed, processors));
        }
        return new ServingRow.Turns(
                served,
                bare,
                theirs,
                disturbances.stream().mapToDouble(Disturbance::stolen).average().orElse(0),
                disturbances.stream().mapToDouble(Disturbance::others).average().orElse(0));
    }

    private double seconds(HttpClients asking, Load load) {
        return Together.seconds(load, load.prompts(random, vocabulary), prompt -> asking.answer(prompt, load.tokens()));
    }

    /// Of the servers and of this process, in which the clients are.
    private Duration processorTime() {
        Duration self = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        Duration both = ours.processorTime().plus(self);
        return peer == null ? both : both.plus(peer.processorTime());
    }

    @Override
    public void close() {
        clients.close();
        ours.close();
        if (peer != null && peerClients != null) {
            peerClients.close();
            peer.close();
        }
    }
}

package ouverture.benchmarks.peers;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Measures the [Footprint] of an engine: a process of its own loads the file, reads a prompt and writes an
/// answer, while its memory is looked at all the time.
final class MemoryProbe {
    private static final long PAUSE_MILLIS = 5;

    private MemoryProbe() {}

    /// What a process had, before and at its most.
    ///
    /// @param host before the engine was loaded
    /// @param most of all times that were looked at
    /// @param last at the end
    /// @param cacheBytes for the keys and values of all positions that were computed, if the engine tells
    record Seen(ResidentSet host, ResidentSet most, ResidentSet last, long cacheBytes) {}

    /// Runs an engine on a file. The cache has exactly as many positions as are computed, since some engines
    /// write all of theirs at once and others what they use.
    ///
    /// @param peer the engine, or null for ours
    static Seen measure(Match.Rules rules, @Nullable Peer peer, Path file) {
        Setting setting = new Setting(rules.threads(), Bout.MEMORY_WORK.positions(), 1);
        try (ContestantProcess process = Match.process(rules, peer, file, setting)) {
            ResidentSet host = process.residentSet();
            AtomicReference<ResidentSet> most = new AtomicReference<>(host);
            Thread watcher = Thread.ofPlatform().daemon().start(() -> watch(process, most));
            try {
                process.load();
                process.tokensPerSecond(Bout.MEMORY_WORK);
            } finally {
                watcher.interrupt();
            }
            return new Seen(
                    host, most.get(), process.residentSet(), process.about().cacheBytes());
        }
    }

    private static void watch(ContestantProcess process, AtomicReference<ResidentSet> most) {
        try {
            while (!Thread.interrupted()) {
                ResidentSet now = process.residentSet();
                most.accumulateAndGet(now, (a, b) -> a.bytes() >= b.bytes() ? a : b);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

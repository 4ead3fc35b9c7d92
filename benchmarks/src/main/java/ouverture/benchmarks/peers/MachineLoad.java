package ouverture.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// What the processors have done since the system started, as Linux counts it in `/proc/stat`.
///
/// @param busyTicks in which programs or the system ran
/// @param stolenTicks in which the host ran something else on our virtual processors
/// @param allTicks of all processors together; 0 where the file is missing
public record MachineLoad(long busyTicks, long stolenTicks, long allTicks) {
    private static final int USER = 0;
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STOLEN = 7;

    /// Who else ran while an engine was measured, as shares of the time of all processors.
    ///
    /// @param stolen by the host
    /// @param others taken by processes other than the engine
    public record Disturbance(double stolen, double others) {
        public static final Disturbance NONE = new Disturbance(0, 0);
    }

    /// The counts at this moment.
    public static MachineLoad now() {
        try {
            Path file = Path.of("/proc/stat");
            return Files.exists(file) ? parse(Files.readString(file)) : new MachineLoad(0, 0, 0);
        } catch (IOException e) {
            return new MachineLoad(0, 0, 0);
        }
    }

    /// @param text of `/proc/stat`; its first line has the ticks of all processors by what they did: user, nice,
    ///     system, idle, waiting for disks, interrupts (two kinds), stolen
    static MachineLoad parse(String text) {
        String[] words = text.lines().findFirst().orElse("").split("\\s+");
        long[] ticks = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
        long busy = 0;
        for (int i = USER; i < STOLEN; i++) {
            busy += i == IDLE || i == WAITING ? 0 : ticks[i];
        }
        return new MachineLoad(busy, ticks[STOLEN], busy + ticks[STOLEN] + ticks[IDLE] + ticks[WAITING]);
    }

    /// What others did from this moment to a later one.
    ///
    /// @param own processor time that the engine took between the two
    /// @param elapsed time between them
    /// @param processors of the machine
    public Disturbance until(MachineLoad later, Duration own, Duration elapsed, int processors) {
        double all = later.allTicks - allTicks;
        if (all <= 0 || elapsed.isZero()) {
            return Disturbance.NONE;
        }
        double engine = (double) own.toNanos() / elapsed.toNanos() / processors;
        double others = (later.busyTicks - busyTicks) / all - engine;
        return new Disturbance((later.stolenTicks - stolenTicks) / all, Math.max(0, others));
    }
}

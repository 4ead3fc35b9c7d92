package ouverture.benchmarks.peers;

import java.io.PrintStream;
import java.util.Locale;

/// Says what is being measured and how long the rest will take: the estimates for what is left, put right by what
/// those for what is done proved to be worth.
public final class Progress {
    private static final double NANOS = 1e9;
    private static final double MINUTE = 60;

    private final PrintStream out;
    private final double estimated;
    private final long start = System.nanoTime();
    private double done;

    /// @param estimated seconds for all of it
    public Progress(PrintStream out, double estimated) {
        this.out = out;
        this.estimated = estimated;
    }

    /// A part is done.
    ///
    /// @param seconds of the whole estimate that were meant for it
    public void advance(double seconds) {
        done += seconds;
    }

    /// Seconds since the start.
    public double elapsed() {
        return (System.nanoTime() - start) / NANOS;
    }

    /// Seconds that an estimate is worth by what was seen so far.
    public double corrected(double seconds) {
        return done > 0 ? seconds * elapsed() / done : seconds;
    }

    /// Says something beside the times.
    public void say(String words) {
        double left = corrected(Math.max(0, estimated - done));
        out.printf(
                Locale.ROOT, "%5.1f min, about %.0f left: %s%n", elapsed() / MINUTE, Math.ceil(left / MINUTE), words);
    }
}

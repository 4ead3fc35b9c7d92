package ouverture.cli;

import java.util.Locale;
import ouverture.train.Progress;
import ouverture.train.TrainingLog;

/// A line on standard error while a model is trained, drawn anew a few times a second and gone at the end; none
/// if standard error is no terminal.
final class TrainProgress implements AutoCloseable {
    private static final long PERIOD_NANOS = 200_000_000;

    private final Streams streams;
    private final int steps;
    private final Progress start;
    private long shown = System.nanoTime();

    /// @param steps of the whole run
    /// @param start where this part of the run begins
    TrainProgress(Streams streams, int steps, Progress start) {
        this.streams = streams;
        this.start = start;
        this.steps = steps;
    }

    void show(TrainingLog.Entry step) {
        long now = System.nanoTime();
        if (!streams.errorIsTerminal() || now - shown < PERIOD_NANOS) {
            return;
        }
        shown = now;
        streams.err().print("\r" + line(step) + "\033[K");
        streams.err().flush();
    }

    /// `Step 120 of 1000, loss 0.532, 61,000 tokens/s, 0:12 left`.
    String line(TrainingLog.Entry step) {
        double seconds = step.seconds() - start.seconds();
        double rate = seconds > 0 ? (step.tokens() - start.tokens()) / seconds : 0;
        long left = Math.round(seconds / (step.step() - start.step()) * (steps - step.step()));
        return String.format(
                Locale.ROOT,
                "Step %d of %d, loss %.3f, %,d tokens/s, %d:%02d left",
                step.step(),
                steps,
                step.loss(),
                Math.round(rate),
                left / 60,
                left % 60);
    }

    @Override
    public void close() {
        if (streams.errorIsTerminal()) {
            streams.err().print("\r\033[K");
            streams.err().flush();
        }
    }
}

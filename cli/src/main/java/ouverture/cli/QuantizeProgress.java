package ouverture.cli;

import java.time.Duration;
import ouverture.file.quantize.QuantizationPlan;

/// A line on standard error while a model is quantised, drawn anew a few times a second and gone at the end; none
/// if standard error is no terminal.
final class QuantizeProgress implements AutoCloseable {
    private static final long PERIOD_NANOS = 200_000_000;

    private final Streams streams;
    private final int tensors;
    private final long bytes;
    private final long start = System.nanoTime();
    private long shown = start;

    QuantizeProgress(Streams streams, QuantizationPlan plan) {
        this.streams = streams;
        this.tensors = plan.steps().size();
        this.bytes = plan.bytesBefore();
    }

    /// @param tensor number of the tensor under way, from 0
    /// @param done bytes of the old tensors that are behind
    void show(int tensor, long done) {
        long now = System.nanoTime();
        if (!streams.errorIsTerminal() || now - shown < PERIOD_NANOS) {
            return;
        }
        shown = now;
        streams.err().print("\r" + line(tensor, done, Duration.ofNanos(now - start)) + "\033[K");
        streams.err().flush();
    }

    /// `Tensor 12 of 291, 143 MiB/s, 0:42 left`.
    String line(int tensor, long done, Duration time) {
        double rate = Units.perSecond(done, time);
        String line = "Tensor " + Units.digits(tensor + 1L) + " of " + Units.digits(tensors);
        if (rate == 0) {
            return line;
        }
        long left = Math.round((bytes - done) / rate);
        return line + ", " + Units.bytes(Math.round(rate)) + "/s, %d:%02d left".formatted(left / 60, left % 60);
    }

    @Override
    public void close() {
        if (streams.errorIsTerminal()) {
            streams.err().print("\r\033[K");
            streams.err().flush();
        }
    }
}

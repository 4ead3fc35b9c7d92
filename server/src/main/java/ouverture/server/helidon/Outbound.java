package ouverture.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

/// Writes to a client and knows since when it does, so that one that takes nothing can be found.
final class Outbound implements DataWriter {
    private static final long IDLE = 0;

    private final DataWriter writer;
    private volatile long since = IDLE;

    Outbound(DataWriter writer) {
        this.writer = writer;
    }

    /// Nanoseconds that the write in progress takes already; 0 if there is none.
    long writingNanos() {
        long began = since;
        return began == IDLE ? 0 : System.nanoTime() - began;
    }

    private void timed(Runnable write) {
        long now = System.nanoTime();
        since = now == IDLE ? 1 : now;
        try {
            write.run();
        } finally {
            since = IDLE;
        }
    }

    @Override
    public void write(BufferData... buffers) {
        timed(() -> writer.write(buffers));
    }

    @Override
    public void write(BufferData buffer) {
        timed(() -> writer.write(buffer));
    }

    @Override
    public void writeNow(BufferData... buffers) {
        timed(() -> writer.writeNow(buffers));
    }

    @Override
    public void writeNow(BufferData buffer) {
        timed(() -> writer.writeNow(buffer));
    }

    @Override
    public void flush() {
        timed(writer::flush);
    }
}

package ouverture.kernels.vector;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.WorkMemory;

/// Scratch memory of one worker thread.
final class Workspace implements AutoCloseable {
    /// Rows of weights that are decoded at a time, at most: with [Lanes#SPAN] columns a quarter of a megabyte,
    /// which a second-level cache keeps while the inputs pass by.
    static final int PANEL_ROWS = 64;

    private final WorkMemory panelMemory = new WorkMemory();
    private final WorkMemory laneMemory = new WorkMemory();

    /// Decoded weights.
    final MemorySegment panel = panelMemory.segment(PANEL_ROWS * 4L * Lanes.SPAN);

    /// Result of a [Tile].
    final MemorySegment lanes = laneMemory.segment(Tile.BYTES);

    /// One span of a row, for reference codecs.
    final float[] buffer = new float[Lanes.SPAN];

    /// What attention keeps of the sequence it works on.
    final WorkMemory attention = new WorkMemory();

    @Override
    public void close() {
        panelMemory.close();
        laneMemory.close();
        attention.close();
    }
}

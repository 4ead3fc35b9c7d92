package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Rope;
import ouverture.tensor.WorkMemory;

/// Tables of the sines and cosines of one batch's positions, kept because every layer of a step needs the same.
final class Rotation implements AutoCloseable {
    private final WorkMemory memory = new WorkMemory();
    private @Nullable Rope rope;
    private int[] positions = {};

    /// Whether the tables are those of such a rotation.
    boolean is(Rope other, int[] otherPositions) {
        return other.equals(rope) && Arrays.equals(positions, otherPositions);
    }

    /// Fills the tables.
    void set(Rope newRope, int[] newPositions) {
        float[] frequencies = newRope.inverseFrequencies();
        int width = width(newRope);
        float[] cosines = new float[width];
        float[] sines = new float[width];
        rope = null; // until the tables are complete
        positions = newPositions.clone();
        MemorySegment tables = memory.segment(2L * Float.BYTES * positions.length * width);
        for (int r = 0; r < positions.length; r++) {
            for (int i = 0; i < frequencies.length; i++) {
                double angle = positions[r] * (double) frequencies[i];
                float cosine = (float) (Math.cos(angle) * newRope.magnitude());
                float sine = (float) (Math.sin(angle) * newRope.magnitude());
                if (newRope.interleaved()) {
                    cosines[2 * i] = cosine;
                    cosines[2 * i + 1] = cosine;
                    sines[2 * i] = -sine;
                    sines[2 * i + 1] = sine;
                } else {
                    cosines[i] = cosine;
                    sines[i] = sine;
                }
            }
            MemorySegment.copy(cosines, 0, tables, JAVA_FLOAT, 8L * r * width, width);
            MemorySegment.copy(sines, 0, tables, JAVA_FLOAT, 8L * r * width + 4L * width, width);
        }
        rope = newRope;
    }

    /// Numbers of a row's cosines, and of its sines, which follow: as [Rotated] wants them.
    static int width(Rope rope) {
        return rope.inverseFrequencies().length * (rope.interleaved() ? 2 : 1);
    }

    /// Address of a row's cosines.
    long table(int row, int width) {
        return memory.segment(0).address() + 8L * row * width;
    }

    @Override
    public void close() {
        memory.close();
    }
}

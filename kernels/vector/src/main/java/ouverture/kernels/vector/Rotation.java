package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.set;

import java.util.Arrays;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// Sines and cosines of one batch's positions, kept because every layer of a step needs the same.
final class Rotation {
    private final Rope rope;
    private final int[] positions;
    private final int pairs;
    private final float[] cosines;
    private final float[] sines;

    Rotation(Rope rope, int[] positions) {
        this.rope = rope;
        this.positions = positions.clone();
        pairs = rope.inverseFrequencies().length;
        cosines = new float[positions.length * pairs];
        sines = new float[positions.length * pairs];
        for (int r = 0; r < positions.length; r++) {
            for (int i = 0; i < pairs; i++) {
                double angle = positions[r] * (double) rope.inverseFrequencies()[i];
                cosines[r * pairs + i] = (float) (Math.cos(angle) * rope.magnitude());
                sines[r * pairs + i] = (float) (Math.sin(angle) * rope.magnitude());
            }
        }
    }

    /// Whether these are the angles of such a rotation.
    boolean is(Rope other, int[] otherPositions) {
        return rope.equals(other) && Arrays.equals(positions, otherPositions);
    }

    /// Rotates every head of `headSize` columns of row `row`, in place. A plain loop: less than a hundredth of a
    /// step.
    void apply(Tensor x, int row, int headSize) {
        int partner = rope.interleaved() ? 4 : 4 * pairs;
        int step = rope.interleaved() ? 8 : 4;
        for (int head = 0; head + headSize <= x.columns(); head += headSize) {
            long at = 4 * ((long) row * x.columns() + head);
            for (int i = 0; i < pairs; i++) {
                float cosine = cosines[row * pairs + i];
                float sine = sines[row * pairs + i];
                float a = get(x.data(), at);
                float b = get(x.data(), at + partner);
                set(x.data(), at, a * cosine - b * sine);
                set(x.data(), at + partner, b * cosine + a * sine);
                at += step;
            }
        }
    }
}

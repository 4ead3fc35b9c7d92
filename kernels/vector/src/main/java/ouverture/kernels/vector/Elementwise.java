package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.COUNT;
import static ouverture.kernels.vector.Lanes.ORDER;
import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.load;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;

/// Operations on every element by itself. The result of an element does not tell whether it stood in a whole
/// vector or in the rest at the end, which takes the same steps as plain floats.
final class Elementwise {
    /// Elements that go through all steps of an activation before the next do: they stay in a first-level cache.
    private static final int CHUNK = 1024;

    /// GELU in its tanh form is x / (1 + e^(-2 u)) with u = sqrt(2 / pi) (x + 0.044715 x^3).
    private static final float TWICE_ROOT = (float) (2 * Math.sqrt(2 / Math.PI));

    private static final float CUBIC = 0.044715f;

    private Elementwise() {}

    /// `out[i] = f(x[i]) * up[i]` for elements `from` to `to`.
    ///
    /// @param up null for 1
    static void gate(
            MemorySegment out,
            MemorySegment x,
            @Nullable MemorySegment up,
            Activation activation,
            int from,
            int to,
            Workspace workspace) {
        MemorySegment chunk = workspace.panel;
        for (int i = from; i < to; i += CHUNK) {
            int count = Math.min(CHUNK, to - i);
            long at = 4L * i;
            switch (activation) {
                case SILU -> {
                    MemorySegment.copy(x, at, chunk, 0, 4L * count);
                    Exponential.replace(chunk, 0, count, -1, 0);
                }
                case GELU_TANH -> {
                    withCube(x, at, chunk, count);
                    Exponential.replace(chunk, 0, count, -TWICE_ROOT, 0);
                }
            }
            divide(out, x, at, chunk, count);
            if (up != null) {
                multiply(out, up, at, count);
            }
        }
    }

    /// `chunk[i] = x[i] + 0.044715 x[i]^3`.
    private static void withCube(MemorySegment x, long at, MemorySegment chunk, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            var v = load(x, at + 4L * i);
            v.mul(v).mul(CUBIC).add(1).mul(v).intoMemorySegment(chunk, 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            float v = get(x, at + 4L * i);
            set(chunk, 4L * i, (v * v * CUBIC + 1) * v);
        }
    }

    /// `out[i] = x[i] / (1 + chunk[i])`.
    private static void divide(MemorySegment out, MemorySegment x, long at, MemorySegment chunk, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            load(x, at + 4L * i).div(load(chunk, 4L * i).add(1)).intoMemorySegment(out, at + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            set(out, at + 4L * i, get(x, at + 4L * i) / (get(chunk, 4L * i) + 1));
        }
    }

    private static void multiply(MemorySegment x, MemorySegment y, long at, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            load(x, at + 4L * i).mul(load(y, at + 4L * i)).intoMemorySegment(x, at + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            set(x, at + 4L * i, get(x, at + 4L * i) * get(y, at + 4L * i));
        }
    }

    /// `x[i] += y[i]` for elements `from` to `to`.
    static void add(MemorySegment x, MemorySegment y, int from, int to) {
        int whole = to - (to - from) % COUNT;
        for (int i = from; i < whole; i += COUNT) {
            load(x, 4L * i).add(load(y, 4L * i)).intoMemorySegment(x, 4L * i, ORDER);
        }
        for (int i = whole; i < to; i++) {
            set(x, 4L * i, get(x, 4L * i) + get(y, 4L * i));
        }
    }
}

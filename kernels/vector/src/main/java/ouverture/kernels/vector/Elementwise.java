package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.COUNT;
import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.ORDER;
import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import ouverture.tensor.Activation;

/// Operations on every element by itself. The result of an element does not tell whether it stood in a whole
/// vector or in the rest at the end.
final class Elementwise {
    private static final float GELU = (float) Math.sqrt(2 / Math.PI);

    private Elementwise() {}

    /// `out[i] = f(x[i])` for elements `from` to `to`.
    static void activate(MemorySegment out, MemorySegment x, Activation activation, int from, int to) {
        int whole = to - (to - from) % COUNT;
        for (int i = from; i < whole; i += COUNT) {
            apply(activation, load(x, 4L * i)).intoMemorySegment(out, 4L * i, ORDER);
        }
        if (whole < to) {
            VectorMask<Float> rest = FLOATS.indexInRange(whole, to);
            apply(activation, load(x, 4L * whole, rest)).intoMemorySegment(out, 4L * whole, ORDER, rest);
        }
    }

    /// `out[i] = f(gate[i]) * up[i]` for elements `from` to `to`.
    static void gate(MemorySegment out, MemorySegment gate, MemorySegment up, Activation activation, int from, int to) {
        int whole = to - (to - from) % COUNT;
        for (int i = from; i < whole; i += COUNT) {
            apply(activation, load(gate, 4L * i)).mul(load(up, 4L * i)).intoMemorySegment(out, 4L * i, ORDER);
        }
        if (whole < to) {
            VectorMask<Float> rest = FLOATS.indexInRange(whole, to);
            apply(activation, load(gate, 4L * whole, rest))
                    .mul(load(up, 4L * whole, rest))
                    .intoMemorySegment(out, 4L * whole, ORDER, rest);
        }
    }

    /// `x[i] += y[i]` for elements `from` to `to`.
    static void add(MemorySegment x, MemorySegment y, int from, int to) {
        int whole = to - (to - from) % COUNT;
        for (int i = from; i < whole; i += COUNT) {
            load(x, 4L * i).add(load(y, 4L * i)).intoMemorySegment(x, 4L * i, ORDER);
        }
        for (int i = whole; i < to; i++) {
            Lanes.set(x, 4L * i, Lanes.get(x, 4L * i) + Lanes.get(y, 4L * i));
        }
    }

    private static FloatVector apply(Activation activation, FloatVector x) {
        return switch (activation) {
            case SILU -> x.div(Lanes.exp(x.neg()).add(1));
            // 0.5 (1 + tanh(u)) = 1 / (1 + e^(-2 u)), which loses nothing where tanh is near -1.
            case GELU_TANH -> {
                FloatVector cubic = x.mul(x).mul(0.044715f).add(1).mul(x);
                yield x.div(Lanes.exp(cubic.mul(-2 * GELU)).add(1));
            }
        };
    }
}

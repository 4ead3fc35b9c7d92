package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.COUNT;
import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.ORDER;
import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.load;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;

/// Operations on every element by itself. The result of an element does not tell whether it stood in a whole
/// vector or in the rest at the end, which takes the same steps as plain floats.
final class Elementwise {
    /// Elements that go through all steps of an activation before the next do: they stay in a first-level cache.
    private static final int CHUNK = 1024;

    /// GELU in its tanh form is x / (1 + e^(-2 u)) with u = sqrt(2 / pi) (x + 0.044715 x^3).
    private static final float TWICE_ROOT = (float) (2 * Math.sqrt(2 / Math.PI));

    /// Distance from zero within which tanh is a polynomial.
    private static final float NEAR = 0.125f;

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
                case SWIGLU_CLAMPED -> {
                    bounded(x, at, chunk, count);
                    Exponential.replace(chunk, 0, count, -Activation.STEEPNESS, 0);
                    divideBounded(out, x, at, chunk, count);
                    if (up != null) {
                        multiplyBounded(out, up, at, count);
                    }
                    continue;
                }
            }
            divide(out, x, at, chunk, count);
            if (up != null) {
                multiply(out, up, at, count);
            }
        }
    }

    /// `chunk[i] = min(x[i], 7)`.
    private static void bounded(MemorySegment x, long at, MemorySegment chunk, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            load(x, at + 4L * i).min(Activation.CLAMP).intoMemorySegment(chunk, 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            set(chunk, 4L * i, Math.min(get(x, at + 4L * i), Activation.CLAMP));
        }
    }

    /// `out[i] = min(x[i], 7) / (1 + chunk[i])`.
    private static void divideBounded(MemorySegment out, MemorySegment x, long at, MemorySegment chunk, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            load(x, at + 4L * i)
                    .min(Activation.CLAMP)
                    .div(load(chunk, 4L * i).add(1))
                    .intoMemorySegment(out, at + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            set(out, at + 4L * i, Math.min(get(x, at + 4L * i), Activation.CLAMP) / (get(chunk, 4L * i) + 1));
        }
    }

    /// `x[i] *= 1 + y[i] within -7..7`.
    private static void multiplyBounded(MemorySegment x, MemorySegment y, long at, int count) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            var factor = load(y, at + 4L * i)
                    .min(Activation.CLAMP)
                    .max(-Activation.CLAMP)
                    .add(1);
            load(x, at + 4L * i).mul(factor).intoMemorySegment(x, at + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            float factor = Math.max(-Activation.CLAMP, Math.min(Activation.CLAMP, get(y, at + 4L * i))) + 1;
            set(x, at + 4L * i, get(x, at + 4L * i) * factor);
        }
    }

    /// `x[i] = cap * tanh(x[i] / cap)` for `count` floats from byte `at` on: tanh(y) = 1 - 2 / (1 + e^(2 y)), and
    /// near zero, where that loses digits, y - y^3 / 3 + 2 y^5 / 15 - 17 y^7 / 315.
    ///
    /// @param chunk scratch memory for `count` floats, rounded up to whole vectors
    static void softcap(MemorySegment x, long at, int count, float cap, MemorySegment chunk) {
        MemorySegment.copy(x, at, chunk, 0, 4L * count);
        Exponential.replace(chunk, 0, count, 2 / cap, 0);
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            var v = load(x, at + 4L * i);
            var y = v.div(cap);
            var far = FloatVector.broadcast(FLOATS, -2)
                    .div(load(chunk, 4L * i).add(1))
                    .add(1)
                    .mul(cap);
            var z = y.mul(y);
            var near = z.mul(-17f / 315)
                    .add(2f / 15)
                    .mul(z)
                    .add(-1f / 3)
                    .mul(z)
                    .add(1)
                    .mul(v);
            far.blend(near, y.abs().lt(NEAR)).intoMemorySegment(x, at + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            float v = get(x, at + 4L * i);
            float y = v / cap;
            float z = y * y;
            float near = (((z * (-17f / 315) + 2f / 15) * z + -1f / 3) * z + 1) * v;
            float far = (-2 / (get(chunk, 4L * i) + 1) + 1) * cap;
            set(x, at + 4L * i, Math.abs(y) < NEAR ? near : far);
        }
    }

    /// `x[i] *= factor` for elements `from` to `to`.
    static void scale(MemorySegment x, float factor, int from, int to) {
        int whole = to - (to - from) % COUNT;
        for (int i = from; i < whole; i += COUNT) {
            load(x, 4L * i).mul(factor).intoMemorySegment(x, 4L * i, ORDER);
        }
        for (int i = whole; i < to; i++) {
            set(x, 4L * i, get(x, 4L * i) * factor);
        }
    }

    /// `out[i] = x[i] * factor`, added to what is there if `more`, for `count` floats from bytes `to` and `at` on.
    static void scaleInto(MemorySegment out, long to, MemorySegment x, long at, int count, float factor, boolean more) {
        int whole = count - count % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            var product = load(x, at + 4L * i).mul(factor);
            (more ? product.add(load(out, to + 4L * i)) : product).intoMemorySegment(out, to + 4L * i, ORDER);
        }
        for (int i = whole; i < count; i++) {
            float product = get(x, at + 4L * i) * factor;
            set(out, to + 4L * i, more ? product + get(out, to + 4L * i) : product);
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

package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Normalisation of one row, in double precision so that no row overflows: plain loops, which are less than a
/// hundredth of a step.
final class Norms {
    private Norms() {}

    /// Root mean square norm of the `count` floats at byte `at` of both segments.
    static void rms(
            MemorySegment out, MemorySegment x, long at, int count, @Nullable MemorySegment weight, float epsilon) {
        double inverse = 1 / Math.sqrt(squares(x, at, count, 0) / count + epsilon);
        if (weight == null) {
            for (int i = 0; i < count; i++) {
                set(out, at + 4L * i, (float) (get(x, at + 4L * i) * inverse));
            }
        } else {
            for (int i = 0; i < count; i++) {
                set(out, at + 4L * i, (float) (get(x, at + 4L * i) * inverse * get(weight, 4L * i)));
            }
        }
    }

    /// Layer norm of the `count` floats at byte `at` of both segments.
    static void layer(
            MemorySegment out,
            MemorySegment x,
            long at,
            int count,
            MemorySegment weight,
            MemorySegment bias,
            float epsilon) {
        double mean = sum(x, at, count) / count;
        double inverse = 1 / Math.sqrt(squares(x, at, count, mean) / count + epsilon);
        for (int i = 0; i < count; i++) {
            double value = (get(x, at + 4L * i) - mean) * inverse;
            set(out, at + 4L * i, (float) (value * get(weight, 4L * i) + get(bias, 4L * i)));
        }
    }

    private static double sum(MemorySegment x, long at, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += get(x, at + 4L * i);
        }
        return sum;
    }

    /// The sum of (x - mean)^2, in four chains so that one addition need not wait for the other.
    private static double squares(MemorySegment x, long at, int count, double mean) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += square(get(x, at + 4L * i) - mean);
            b += square(get(x, at + 4L * i + 4) - mean);
            c += square(get(x, at + 4L * i + 8) - mean);
            d += square(get(x, at + 4L * i + 12) - mean);
        }
        for (; i < count; i++) {
            a += square(get(x, at + 4L * i) - mean);
        }
        return a + b + (c + d);
    }

    private static double square(double value) {
        return value * value;
    }
}

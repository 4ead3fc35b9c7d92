package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.assertj.core.data.Offset;

/// Numbers to test kernels with, and comparison of what comes out.
final class Numbers {
    private static final double ROUNDING = 0x1p-24;

    private Numbers() {}

    /// How large the numbers of a test are.
    enum Range {
        ORDINARY(1),
        LARGE(1e15f),
        TINY(1e-25f),
        DENORMAL(1e-40f);

        private final float factor;

        Range(float factor) {
            this.factor = factor;
        }
    }

    /// Normally distributed numbers times the range's factor, with some zeros and a whole block of them.
    static float[] random(int count, Range range, Random random) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            boolean zero = i % 19 == 7 || i >= 64 && i < 96;
            numbers[i] = zero ? 0 : (float) random.nextGaussian() * range.factor;
        }
        return numbers;
    }

    /// All elements of an F32 tensor.
    static float[] values(Tensor tensor) {
        return tensor.data().asSlice(0, tensor.bytes()).toArray(ValueLayout.JAVA_FLOAT);
    }

    /// One row of a tensor of any format, as floats.
    static float[] row(Tensor tensor, int row) {
        float[] values = new float[tensor.columns()];
        BlockCodec.of(tensor.type()).decode(tensor.data(), row * tensor.rowBytes(), values, 0, values.length);
        return values;
    }

    /// Asserts that `actual` is within what single-precision sums of `length` terms may err by.
    ///
    /// @param mass the sum of the terms' magnitudes
    static void assertSum(float actual, float expected, double mass, int length, String what) {
        if (!Float.isFinite(expected)) {
            assertThat(Float.isFinite(actual))
                    .as("%s: %s is finite", what, actual)
                    .isFalse();
        } else if (mass < Float.MAX_VALUE) {
            double tolerance = (8 + length / 4.0) * (ROUNDING * mass + Float.MIN_VALUE);
            assertThat((double) actual).as(what).isBetween(expected - tolerance, expected + tolerance);
        }
    }

    /// Asserts that numbers agree to `relative`, or to `absolute` where that is more.
    static void assertClose(Tensor actual, Tensor expected, double relative, double absolute) {
        float[] a = values(actual);
        float[] e = values(expected);
        for (int i = 0; i < e.length; i++) {
            double tolerance = Math.max(absolute, relative * Math.abs(e[i]));
            if (!(Math.abs((double) a[i] - e[i]) <= tolerance) && Float.compare(a[i], e[i]) != 0) {
                assertThat((double) a[i]).as("element %d of %s", i, expected).isCloseTo(e[i], Offset.offset(tolerance));
            }
        }
    }

    /// Asserts that two tensors hold the same bits; any NaN is as good as another.
    static void assertSameBits(Tensor actual, Tensor expected, String what) {
        if (actual.data().mismatch(expected.data()) >= 0) {
            assertThat(actual.type()).as("format of %s", what).isEqualTo(DType.F32);
            assertThat(values(actual)).as(what).containsExactly(values(expected));
        }
    }
}

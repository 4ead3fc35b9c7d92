package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static ouverture.tensor.Numbers.assertClose;
import static ouverture.tensor.Numbers.assertSameBits;
import static ouverture.tensor.Numbers.random;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// What every kernel set promises; one small subclass for each set. Products and attention have contracts of
/// their own, which run as part of this one.
public abstract class KernelsContract {
    private final GuardedMemory memory = new GuardedMemory();
    private final Kernels reference = new ScalarKernels(new KernelsOptions(1, Activations.F32));
    private final Random random = new Random(1);

    /// The kernels under test.
    protected abstract Kernels kernels(KernelsOptions options);

    @Nested
    final class Products extends MatmulContract {
        @Override
        Kernels kernels(KernelsOptions options) {
            return KernelsContract.this.kernels(options);
        }
    }

    @Nested
    final class CachedAttention extends AttentionContract {
        @Override
        Kernels kernels(KernelsOptions options) {
            return KernelsContract.this.kernels(options);
        }
    }

    @Nested
    final class Planes extends PlanesContract {
        @Override
        Kernels kernels(KernelsOptions options) {
            return KernelsContract.this.kernels(options);
        }
    }

    @Nested
    final class Gradients extends GradientContract {
        @Override
        Kernels kernels(KernelsOptions options) {
            return KernelsContract.this.kernels(options);
        }
    }

    private Kernels kernels(int threads) {
        return kernels(new KernelsOptions(threads, Activations.F32));
    }

    @AfterEach
    void checkMemory() {
        memory.check();
        memory.close();
        reference.close();
    }

    /// What an operation leaves in a copy of `x`.
    @FunctionalInterface
    private interface InPlace {
        void apply(Kernels kernels, Tensor x);
    }

    /// Runs an operation that is row by row on all rows, with other thread counts, and on each row alone:
    /// asserts that the bits are the same, and returns the result.
    private Tensor sameForAnySplit(Tensor x, InPlace operation) {
        Tensor first = memory.copy(x);
        for (int threads = 1; threads <= 3; threads++) {
            Tensor result = memory.copy(x);
            try (Kernels kernels = kernels(threads)) {
                operation.apply(kernels, result);
            }
            if (threads == 1) {
                first = result;
            } else {
                assertSameBits(result, first, threads + " threads");
            }
        }
        return first;
    }

    private Tensor floats(int rows, int columns, Range range) {
        return memory.floats(rows, columns, random(rows * columns, range, random));
    }

    private Tensor expected(Tensor x, InPlace operation) {
        Tensor result = memory.copy(x);
        operation.apply(reference, result);
        return result;
    }

    @ParameterizedTest
    @MethodSource("ouverture.tensor.MatmulContract#formats")
    void embedsRowsOfEveryFormat(DType type) {
        try (Kernels kernels = kernels(2)) {
            for (int blocks : new int[] {1, 3, type.blockElements() == 1 ? 2051 : 2112 / type.blockElements()}) {
                Tensor table = memory.randomBits(type, 9, blocks * type.blockElements(), random);
                int[] ids = {8, 0, 3, 3};
                Tensor actual = memory.unset(DType.F32, ids.length, table.columns());
                kernels.embed(actual, table, ids);
                float[] values = Numbers.values(actual);
                for (int r = 0; r < ids.length; r++) {
                    float[] row = Numbers.row(table, ids[r]);
                    for (int c = 0; c < row.length; c++) {
                        float value = values[r * row.length + c];
                        if (Float.isFinite(row[c])) {
                            assertThat(value).isEqualTo(row[c]);
                        } else {
                            assertThat(Float.isFinite(value)).isFalse();
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,ORDINARY",
        "3,2,TINY",
        "7,15,ORDINARY",
        "33,16,LARGE",
        "2,17,DENORMAL",
        "1,4098,ORDINARY",
        "64,4096,LARGE",
        "65,257,TINY"
    })
    void normalises(int rows, int columns, Range range) {
        Tensor x = floats(rows, columns, range);
        Tensor weight = floats(1, columns, Range.ORDINARY);
        Tensor bias = floats(1, columns, Range.ORDINARY);
        for (@Nullable Tensor factors : new Tensor[] {weight, null}) {
            InPlace rms = (kernels, y) -> kernels.rmsNorm(y, y, factors, 1e-5f);
            assertClose(sameForAnySplit(x, rms), expected(x, rms), 1e-5, 1e-37);
        }
        InPlace layer = (kernels, y) -> kernels.layerNorm(y, y, weight, bias, 1e-5f);
        // The mean of few numbers may cancel all but their rounding.
        assertClose(sameForAnySplit(x, layer), expected(x, layer), 1e-4, 1e-5);
        try (Kernels kernels = kernels(1)) {
            Tensor apart = memory.unset(DType.F32, rows, columns);
            kernels.rmsNorm(apart, x, weight, 1e-5f);
            assertSameBits(apart, sameForAnySplit(x, (k, y) -> k.rmsNorm(y, y, weight, 1e-5f)), "not in place");
            Tensor last = memory.copy(x.rows(rows - 1, 1));
            kernels.rmsNorm(last, last, weight, 1e-5f);
            assertSameBits(last, apart.rows(rows - 1, 1), "a row alone");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "64,64,true",
        "64,64,false",
        "8,8,true",
        "8,8,false",
        "80,32,false",
        "128,96,true",
        "6,6,false",
        "256,256,false"
    })
    void rotates(int headSize, int dimensions, boolean interleaved) {
        Rope plain = Rope.plain(dimensions, 10_000);
        Rope rope = new Rope(plain.inverseFrequencies(), 1.25f, interleaved);
        int[] positions = {0, 1, 2, 511, 131_071, 7, 7};
        Tensor x = floats(positions.length, 3 * headSize, Range.ORDINARY);
        InPlace operation = (kernels, y) -> kernels.rope(y, headSize, positions, rope);
        Tensor actual = sameForAnySplit(x, operation);
        assertClose(actual, expected(x, operation), 1e-5, 2e-6);
        Tensor alone = memory.copy(x.rows(4, 1));
        try (Kernels kernels = kernels(2)) {
            // Other positions and other angles in between: what is kept of a step must not serve another.
            kernels.rope(memory.copy(x), headSize, new int[] {9, 8, 7, 6, 5, 4, 3}, rope);
            kernels.rope(memory.copy(x), headSize, positions, plain.slowed(3));
            kernels.rope(alone, headSize, new int[] {131_071}, rope);
        }
        assertSameBits(alone, actual.rows(4, 1), "a row alone");
    }

    @ParameterizedTest
    @EnumSource
    void activates(Activation activation) {
        float[] values = new float[40_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i - 20_000) * 0.0113f;
        }
        values[5] = 1e30f;
        values[6] = -1e30f;
        values[7] = 1e-40f;
        values[8] = -0f;
        Tensor x = memory.floats(1, values.length, values);
        Tensor up = floats(1, values.length, Range.ORDINARY);
        // e^-x may overflow where the result is all but zero; GELU's definition loses what 1 + tanh rounds away.
        double absolute = activation == Activation.GELU_TANH ? 1e-14 : 2e-36;
        double relative = activation == Activation.SILU ? 5e-7 : 2e-5;
        InPlace activate = (kernels, y) -> kernels.activate(y, activation);
        Tensor actual = sameForAnySplit(x, activate);
        assertClose(actual, expected(x, activate), relative, absolute);
        InPlace gate = (kernels, y) -> kernels.gate(y, y, up, activation);
        Tensor gated = sameForAnySplit(x, gate);
        assertClose(gated, expected(x, gate), relative, absolute);
        // An element's result does not depend on where it stands.
        Tensor shifted = memory.floats(1, values.length - 3, Arrays.copyOfRange(values, 3, values.length));
        try (Kernels kernels = kernels(1)) {
            kernels.activate(shifted, activation);
            Tensor out = memory.unset(DType.F32, 1, values.length);
            kernels.gate(out, x, up, activation);
            assertSameBits(out, gated, "not in place");
        }
        assertThat(shifted.data().mismatch(actual.data().asSlice(12))).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void activatesNearZeroAsPreciselyAsAnywhere(Activation activation) {
        for (Range range : Range.values()) {
            if (range != Range.LARGE) {
                Tensor x = floats(3, 333, range);
                InPlace operation = (kernels, y) -> kernels.activate(y, activation);
                assertClose(sameForAnySplit(x, operation), expected(x, operation), 2e-6, 3e-45);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 4098, 50_000})
    void adds(int columns) {
        Tensor x = floats(2, columns, Range.ORDINARY);
        Tensor y = floats(2, columns, Range.ORDINARY);
        InPlace operation = (kernels, z) -> kernels.add(z, y);
        assertSameBits(sameForAnySplit(x, operation), expected(x, operation), "sum");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 4098, 50_000})
    void scales(int columns) {
        Tensor x = floats(2, columns, Range.ORDINARY);
        InPlace operation = (kernels, z) -> kernels.scale(z, 1.7f);
        assertSameBits(sameForAnySplit(x, operation), expected(x, operation), "product");
    }

    @ParameterizedTest
    @CsvSource({"1,30,ORDINARY", "17,30,ORDINARY", "4098,50,LARGE", "50000,0.5,ORDINARY", "33,30,TINY"})
    void capsSoftly(int columns, float cap, Range range) {
        Tensor x = floats(3, columns, range);
        InPlace operation = (kernels, z) -> kernels.softcap(z, cap);
        Tensor actual = sameForAnySplit(x, operation);
        assertClose(actual, expected(x, operation), 1e-6, 1e-42);
        Tensor last = memory.copy(x.rows(2, 1));
        try (Kernels kernels = kernels(1)) {
            kernels.softcap(last, cap);
        }
        assertSameBits(last, actual.rows(2, 1), "a row alone");
    }

    @ParameterizedTest
    @CsvSource({"1,1,ORDINARY", "3,17,ORDINARY", "5,4098,LARGE", "2,333,TINY"})
    void scalesColumns(int rows, int columns, Range range) {
        Tensor x = floats(rows, columns, range);
        Tensor factors = floats(1, columns, Range.ORDINARY);
        InPlace operation = (kernels, z) -> kernels.scaleColumns(z, factors);
        Tensor actual = sameForAnySplit(x, operation);
        assertSameBits(actual, expected(x, operation), "product");
        float last = Numbers.values(x)[rows * columns - 1] * Numbers.values(factors)[columns - 1];
        assertThat(Numbers.values(actual)[rows * columns - 1]).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource({"1,1,ORDINARY", "3,17,ORDINARY", "5,4098,LARGE", "2,333,TINY"})
    void matchesMagnitudes(int rows, int columns, Range range) {
        Tensor x = floats(rows, columns, range);
        Tensor like = floats(rows, columns + 3, Range.ORDINARY);
        InPlace operation = (kernels, z) -> kernels.matchMagnitude(z, like);
        Tensor actual = sameForAnySplit(x, operation);
        assertClose(actual, expected(x, operation), 1e-5, 1e-37);
        for (int r = 0; r < rows; r++) {
            assertThat(meanSquare(actual.floats(r)))
                    .isCloseTo(meanSquare(like.floats(r)), Percentage.withPercentage(1e-3));
        }
        Tensor zeros = memory.floats(1, columns, new float[columns]);
        InPlace ofZeros = (kernels, z) -> kernels.matchMagnitude(z, like.rows(0, 1));
        assertSameBits(sameForAnySplit(zeros, ofZeros), zeros, "zeros");
    }

    private static double meanSquare(float[] row) {
        double sum = 0;
        for (float v : row) {
            sum += (double) v * v;
        }
        return sum / row.length;
    }

    @ParameterizedTest
    @CsvSource({"1,1,ORDINARY", "3,17,ORDINARY", "5,4098,ORDINARY", "2,333,TINY"})
    void keepsWhatExceedsTheRest(int rows, int columns, Range range) {
        Tensor x = floats(rows, columns, range);
        InPlace operation = (kernels, z) -> kernels.excess(z, 1.25f);
        assertClose(sameForAnySplit(x, operation), expected(x, operation), 1e-5, 1e-6);
    }

    @Test
    void excessIsMeasuredFromMeanAndDeviation() {
        // mean 2, squares of differences 1 + 1 + 4 + 4 + 0 = 10, divided by 4
        Tensor x = memory.floats(1, 5, new float[] {1, 3, 0, 4, 2});
        float least = (float) (2 + 0.5 * Math.sqrt(2.5));
        assertThat(Numbers.values(sameForAnySplit(x, (kernels, z) -> kernels.excess(z, 0.5f))))
                .containsExactly(new float[] {0, 3 - least, 0, 4 - least, 0}, Offset.offset(1e-6f));
    }

    @Test
    void copiesColumnsAndRows() {
        Tensor x = floats(5, 60, Range.ORDINARY);
        InPlace columns = (kernels, out) -> kernels.copyColumns(out, x, 20, 3, 7, 2, 10);
        Tensor target = memory.floats(5, 30, new float[150]);
        assertSameBits(sameForAnySplit(target, columns), expected(target, columns), "columns");
        float[] moved = Numbers.values(expected(target, columns));
        assertThat(moved[30 + 10 + 2]).isEqualTo(Numbers.values(x)[60 + 20 + 3]);
        assertThat(moved[30 + 10 + 9]).isZero();
        InPlace rows = (kernels, out) -> kernels.gatherRows(out, x, new int[] {4, 0, 4});
        Tensor gathered = sameForAnySplit(memory.unset(DType.F32, 3, 60), rows);
        assertSameBits(gathered.rows(0, 1), x.rows(4, 1), "row 0");
        assertSameBits(gathered.rows(1, 1), x.rows(0, 1), "row 1");
        assertSameBits(gathered.rows(2, 1), x.rows(4, 1), "row 2");
    }

    @ParameterizedTest
    @CsvSource({"F32,10", "F16,10", "Q8_0,64", "Q8_0,40"})
    void appendsToTheSlotsOfTheBatchOnly(DType type, int size) {
        Attention attention = new Attention(1, 1, size, 2 * size, 1);
        int[] positions = {0, 1, 5, 6, 30};
        int[] sequences = {0, 0, 1, 1, 0};
        int[][] tables = {{3, 0, 1, 4, 7, 6, 5, 8}, {2, 9}};
        Batch batch = new Batch(new int[5], positions, sequences, tables, new int[0]);
        Tensor keys = floats(5, size, Range.ORDINARY);
        Tensor values = floats(5, 2 * size, Range.ORDINARY);
        KvCache.Layer expected = memory.cache(type, 10, 4, attention);
        reference.append(expected, keys, values, batch);
        for (int threads = 1; threads <= 3; threads++) {
            KvCache.Layer actual = memory.cache(type, 10, 4, attention);
            try (Kernels kernels = kernels(threads)) {
                kernels.append(actual, keys, values, batch);
            }
            assertSameBits(actual.keys(), expected.keys(), "keys");
            assertSameBits(actual.values(), expected.values(), "values");
        }
        MemorySegment unused =
                expected.keys().data().asSlice(39 * expected.keys().rowBytes());
        assertThat(unused.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) -1);
    }

    @Test
    void nothingToDoIsNoError() {
        Tensor some = floats(1, 8, Range.ORDINARY);
        Tensor none = memory.unset(DType.F32, 0, 8);
        try (Kernels kernels = kernels(2)) {
            kernels.gatherRows(none, some, new int[0]);
            kernels.embed(none, some, new int[0]);
            kernels.rmsNorm(none, none, some, 1e-5f);
            kernels.add(none, none);
            kernels.scaleColumns(none, some);
            kernels.matchMagnitude(none, none);
            kernels.excess(none, 1);
        }
        assertThat(none.bytes()).isZero();
    }
}

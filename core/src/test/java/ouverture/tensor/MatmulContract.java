package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static ouverture.tensor.Numbers.assertSameBits;
import static ouverture.tensor.Numbers.assertSum;
import static ouverture.tensor.Numbers.random;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// What every kernel set promises of products with weights.
abstract class MatmulContract {
    /// Columns of formats without blocks.
    private static final int[] COLUMNS = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 100, 257, 1023, 1040, 2049, 4098};

    /// Blocks of a row of the others.
    private static final int[] BLOCKS = {1, 2, 3, 5, 33, 64, 67, 129};

    private static final int[] ROWS = {1, 2, 3, 7, 33, 64};
    private static final int[] OUTPUTS = {1, 2, 3, 4, 31, 37, 70};

    private final GuardedMemory memory = new GuardedMemory();
    private final Random random = new Random(2);

    abstract Kernels kernels(KernelsOptions options);

    @AfterEach
    void checkMemory() {
        memory.check();
        memory.close();
    }

    static Stream<DType> formats() {
        return Arrays.stream(DType.values()).filter(BlockCodec::supports);
    }

    static Stream<DType> encoded() {
        return formats().filter(type -> BlockCodec.of(type).encodes());
    }

    private static int[] columns(DType type) {
        int block = type.blockElements();
        return block == 1
                ? COLUMNS
                : Arrays.stream(BLOCKS)
                        .map(blocks -> blocks * block)
                        .filter(columns -> columns <= 4200)
                        .toArray();
    }

    private static int any(int[] values, int index) {
        return values[index % values.length];
    }

    private Tensor multiply(KernelsOptions options, Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor out = memory.unset(DType.F32, x.rows(), weight.rows());
        try (Kernels kernels = kernels(options)) {
            kernels.matmul(out, x, weight, bias);
        }
        return out;
    }

    /// Compares with the reference, and the bits with those of other thread counts and of every row by itself.
    private void check(Activations activations, Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor expected = memory.unset(DType.F32, x.rows(), weight.rows());
        try (Kernels reference = new ScalarKernels(new KernelsOptions(1, activations))) {
            reference.matmul(expected, x, weight, bias);
        }
        Tensor actual = multiply(new KernelsOptions(1, activations), x, weight, bias);
        String what = activations + " " + weight.type() + " " + x.rows() + " rows, " + weight;
        assertProduct(actual, expected, x, weight, bias, what);
        for (int threads = 2; threads <= 3; threads++) {
            assertSameBits(multiply(new KernelsOptions(threads, activations), x, weight, bias), actual, what);
        }
        try (Kernels kernels = kernels(new KernelsOptions(1, activations))) {
            for (int r = 0; r < x.rows(); r += x.rows() > 8 ? 13 : 1) {
                Tensor alone = memory.unset(DType.F32, 1, weight.rows());
                kernels.matmul(alone, memory.copy(x.rows(r, 1)), weight, bias);
                assertSameBits(alone, actual.rows(r, 1), what + ", row " + r + " alone");
            }
        }
    }

    static void assertProduct(
            Tensor actual, Tensor expected, Tensor x, Tensor weight, @Nullable Tensor bias, String what) {
        float[] a = Numbers.values(actual);
        float[] e = Numbers.values(expected);
        float[] offsets = bias == null ? new float[weight.rows()] : Numbers.values(bias);
        List<float[]> rows = new ArrayList<>();
        for (int r = 0; r < x.rows(); r++) {
            rows.add(Numbers.row(x, r));
        }
        for (int o = 0; o < weight.rows(); o++) {
            float[] w = Numbers.row(weight, o);
            for (int r = 0; r < rows.size(); r++) {
                double mass = Math.abs(offsets[o]);
                for (int c = 0; c < w.length; c++) {
                    mass += Math.abs((double) w[c] * rows.get(r)[c]);
                }
                int at = r * weight.rows() + o;
                assertSum(a[at], e[at], 1.02 * mass, w.length, what);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void multipliesWeightsOfEveryFormatAndSize(DType type) {
        int[] columns = columns(type);
        for (int i = 0; i < columns.length; i++) {
            int rows = any(ROWS, i);
            int outputs = any(OUTPUTS, i);
            float[] values = random(outputs * columns[i], Range.ORDINARY, random);
            Tensor weight = memory.encoded(type, outputs, columns[i], values);
            Tensor bias = memory.floats(1, outputs, random(outputs, Range.ORDINARY, random));
            Tensor x = memory.floats(rows, columns[i], random(rows * columns[i], Range.ORDINARY, random));
            check(Activations.F32, x, weight, i % 2 == 0 ? bias : null);
        }
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void multipliesAnyNumberOfRowsAndOutputs(DType type) {
        int columns = Math.ceilDiv(96, type.blockElements()) * type.blockElements();
        for (int rows : ROWS) {
            for (int outputs : OUTPUTS) {
                Tensor weight =
                        memory.encoded(type, outputs, columns, random(outputs * columns, Range.ORDINARY, random));
                Tensor x = memory.floats(rows, columns, random(rows * columns, Range.ORDINARY, random));
                check(Activations.F32, x, weight, null);
                Tensor bias = memory.floats(1, outputs, random(outputs, Range.ORDINARY, random));
                check(Activations.Q8, x, weight, bias);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void multipliesInputsRoundedToEightBits(DType type) {
        for (int i = 0; i < BLOCKS.length; i++) {
            int columns = Math.ceilDiv(BLOCKS[i] * 32, type.blockElements()) * type.blockElements();
            int rows = any(ROWS, i);
            Tensor weight = memory.encoded(type, 5, columns, random(5 * columns, Range.ORDINARY, random));
            Tensor x = memory.floats(
                    rows, columns, random(rows * columns, i % 2 == 0 ? Range.ORDINARY : Range.TINY, random));
            check(Activations.Q8, x, weight, null);
        }
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void multipliesNumbersOfAnyMagnitude(DType type) {
        int columns = Math.max(64, type.blockElements()) * 3;
        for (Range ofWeights : Range.values()) {
            for (Range ofInputs : Range.values()) {
                // Halves and scales in halves have no numbers as large as this.
                boolean wide = type == DType.F32 || type == DType.BF16;
                Range bounded = ofWeights == Range.LARGE && !wide ? Range.ORDINARY : ofWeights;
                Tensor weight = memory.encoded(type, 5, columns, random(5 * columns, bounded, random));
                Tensor x = memory.floats(5, columns, random(5 * columns, ofInputs, random));
                check(Activations.F32, x, weight, null);
                check(Activations.Q8, x, weight, null);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void readsAnyBitsAsTheFormatSays(DType type) {
        int columns = Math.max(128, type.blockElements());
        for (int rows : new int[] {1, 5}) {
            Tensor weight = memory.randomBits(type, 50, columns, random);
            Tensor x = memory.floats(rows, columns, random(rows * columns, Range.TINY, random));
            check(Activations.F32, x, weight, null);
            Tensor larger = memory.floats(rows, columns, random(rows * columns, Range.ORDINARY, random));
            check(Activations.Q8, larger, finite(weight), null);
        }
    }

    /// MXFP4's numbers may be infinite though their scales are not: sums of products of bytes do not tell.
    private Tensor finite(Tensor weight) {
        if (weight.type() != DType.MXFP4) {
            return weight;
        }
        Tensor copy = memory.copy(weight);
        for (long block = 0; block < copy.bytes(); block += DType.MXFP4.blockBytes()) {
            byte exponent = (byte) (copy.data().get(ValueLayout.JAVA_BYTE, block) & 0x7f);
            copy.data().set(ValueLayout.JAVA_BYTE, block, exponent);
        }
        return Tensor.matrix("finite", DType.MXFP4, copy.rows(), copy.columns(), copy.data().asReadOnly());
    }

    @Test
    void aRowThatIsNotANumberSpoilsNoOther() {
        for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q5_1}) {
            for (Activations activations : Activations.values()) {
                Tensor weight = memory.encoded(type, 9, 64, random(9 * 64, Range.ORDINARY, random));
                float[] values = random(6 * 64, Range.ORDINARY, random);
                Tensor good = multiply(
                        new KernelsOptions(2, activations), memory.floats(6, 64, values.clone()), weight, null);
                Arrays.fill(values, 2 * 64, 3 * 64, Float.NaN);
                Arrays.fill(values, 4 * 64, 5 * 64, Float.POSITIVE_INFINITY);
                Tensor spoiled =
                        multiply(new KernelsOptions(2, activations), memory.floats(6, 64, values), weight, null);
                for (int r : new int[] {0, 1, 3, 5}) {
                    assertSameBits(spoiled.rows(r, 1), good.rows(r, 1), type + " row " + r);
                }
                for (float value : Numbers.values(memory.copy(spoiled.rows(2, 1)))) {
                    assertThat(Float.isFinite(value)).isFalse();
                }
            }
        }
    }

    /// Long rows are where kernels split sums: one matrix as wide as a large model's.
    @Test
    void multipliesAMatrixOfALargeModel() {
        for (DType type : new DType[] {DType.Q8_0, DType.Q4_0, DType.F32}) {
            Tensor weight = memory.encoded(type, 35, 14_336, random(35 * 14_336, Range.ORDINARY, random));
            Tensor x = memory.floats(6, 14_336, random(6 * 14_336, Range.ORDINARY, random));
            check(Activations.F32, x, weight, null);
        }
    }
}

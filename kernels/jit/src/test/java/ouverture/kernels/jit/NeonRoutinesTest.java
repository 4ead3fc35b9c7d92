package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.kernels.jit.aarch64.Emulator;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.Tensor;

/// The routines for AArch64 under an emulator, against the same computation in Java, bit for bit.
class NeonRoutinesTest {
    private static final int ROWS = 16;

    @TempDir
    private Path folder;

    private final Random random = new Random(4);

    @ParameterizedTest
    @CsvSource({"Q8_0,NEON_DOT", "Q8_0,NEON_MATRIX", "Q4_0,NEON_DOT", "Q4_0,NEON_MATRIX"})
    void multipliesWithTheRoundingOfOtherProcessors(DType type, InstructionSet set)
            throws IOException, InterruptedException {
        NeonFormat format = Objects.requireNonNull(NeonFormats.of(type, set));
        Emulator emulator = Emulator.find(folder);
        int blocks = 3;
        int strips = 2;
        byte[] weights = weights(type, strips * ROWS * blocks);
        byte[] packed = pack(emulator, format, weights, strips, blocks);
        for (int inputs = 1; inputs <= NeonProducts.INPUTS; inputs++) {
            float[] x = new float[inputs * blocks * format.type().blockElements()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            byte[] records = round(emulator, format.sums(), x, inputs);
            float[] actual = multiply(emulator, format, packed, records, inputs, strips, blocks);
            assertThat(actual).isEqualTo(expected(format.type(), weights, x, inputs, strips * ROWS));
        }
    }

    /// Every block is compared with the codec's: halves between two bytes, zeros, scales that half precision
    /// rounds, makes denormal or cannot hold.
    @ParameterizedTest
    @MethodSource("sums")
    void roundsAsTheCodecOfQ8(Sums sums) throws IOException, InterruptedException {
        float[] magnitudes = {127, 1, 0, 1e-3f, 1e-6f, 1e-7f, 1e5f, 3e38f};
        int block = Strips.PART;
        float[] x = new float[2 * magnitudes.length * block];
        for (int i = 0; i < x.length; i++) {
            x[i] = magnitudes[i / block % magnitudes.length] * (2 * random.nextFloat() - 1);
        }
        for (int i = 1; i < block; i++) {
            x[i] = i - block / 2 + 0.5f;
        }
        x[0] = 127;
        byte[] expected = new byte[(int) DType.Q8_0.bytes(x.length)];
        BlockCodec.of(DType.Q8_0).encode(x, 0, MemorySegment.ofArray(expected), 0, x.length);
        byte[] actual = round(Emulator.find(folder), sums, x, 2);
        int record = Quantisation.recordBytes(sums);
        for (int b = 0; b < x.length / block; b++) {
            float scale = Float.float16ToFloat(bytes(expected).getShort(b * 34));
            assertThat(bytes(actual).getFloat(b * record + 32)).isEqualTo(scale);
            int[] sum = new int[2];
            for (int i = 0; i < block && scale != 0; i++) {
                byte q = expected[b * 34 + 2 + i];
                assertThat(actual[b * record + i])
                        .as("byte %s of block %s", i, b)
                        .isEqualTo(q);
                sum[i / sums.columns()] += q;
            }
            for (int group = 0; group < sums.groups() && scale != 0 && Float.isFinite(scale); group++) {
                int at = b * record + 36 + 4 * group;
                if (sums.asFloats()) {
                    assertThat(bytes(actual).getFloat(at)).isEqualTo(sum[group] * scale);
                } else {
                    assertThat(bytes(actual).getInt(at)).isEqualTo(-sums.offset() * sum[group]);
                }
            }
        }
    }

    static Stream<Sums> sums() {
        return Stream.of(new Sums(32, 8), new Sums(16, 32), new Sums(32, 0), new Sums(16, 0));
    }

    /// A row that is no number, or is endless, gives no number and leaves the next as it is.
    @Test
    void roundsWhatIsNoNumberToNone() throws IOException, InterruptedException {
        float[] x = new float[3 * Strips.PART];
        x[5] = Float.NaN;
        x[6] = Float.POSITIVE_INFINITY;
        x[Strips.PART + 31] = Float.NEGATIVE_INFINITY;
        x[2 * Strips.PART] = 127;
        Sums sums = new Sums(32, 0);
        ByteBuffer actual = bytes(round(Emulator.find(folder), sums, x, 3));
        int record = Quantisation.recordBytes(sums);
        assertThat(actual.getFloat(32)).isNaN();
        assertThat(actual.getFloat(record + 32)).isInfinite();
        assertThat(actual.getFloat(2 * record + 32)).isEqualTo(1);
        assertThat(actual.get(2 * record)).isEqualTo((byte) 127);
    }

    /// Of weights of any bits whose scales are finite: dot products and matrix products give the same bits,
    /// whatever the number of inputs, and are close to the sum in double precision.
    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "IQ4_NL", "MXFP4", "Q4_K", "Q5_K", "Q6_K"})
    void multipliesEveryFormat(DType type) throws IOException, InterruptedException {
        Emulator emulator = Emulator.find(folder);
        int blocks = 2;
        int columns = blocks * type.blockElements();
        byte[] weights = weights(type, ROWS * blocks);
        float[] x = new float[NeonProducts.INPUTS * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] expected = {};
        for (InstructionSet set : new InstructionSet[] {InstructionSet.NEON_DOT, InstructionSet.NEON_MATRIX}) {
            NeonFormat format = Objects.requireNonNull(NeonFormats.of(type, set));
            byte[] packed = pack(emulator, format, weights, 1, blocks);
            byte[] expanded = expand(emulator, format, packed, blocks);
            for (int inputs = NeonProducts.INPUTS; inputs > 0; inputs--) {
                float[] some = Arrays.copyOf(x, inputs * columns);
                byte[] records = round(emulator, format.sums(), some, inputs);
                float[] actual = multiply(emulator, format, packed, records, inputs, 1, blocks);
                if (expected.length == 0) {
                    expected = actual;
                    assertClose(type, actual, weights, x);
                } else {
                    assertThat(actual)
                            .as("%s, %s inputs", set, inputs)
                            .isEqualTo(Arrays.copyOf(expected, inputs * ROWS));
                }
                int parts = blocks * format.parts();
                assertThat(multiply(emulator, format.expanded(), expanded, records, inputs, 1, parts))
                        .as("expanded")
                        .isEqualTo(actual);
            }
        }
    }

    /// So that an answer does not depend on the machine's kind, as far as products go.
    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "MXFP4", "Q4_K", "Q6_K"})
    void multipliesToTheBitsOfX86(DType type) throws IOException, InterruptedException {
        Emulator emulator = Emulator.find(folder);
        int blocks = 3;
        int columns = blocks * type.blockElements();
        byte[] weights = weights(type, ROWS * blocks);
        float[] x = new float[3 * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        KernelsOptions options = new KernelsOptions(1, KernelsOptions.Activations.Q8, false);
        float[] expected;
        try (Arena arena = Arena.ofConfined();
                Kernels kernels = JitKernelsContract.kernels(InstructionSet.AVX2, options)) {
            Tensor out = Tensor.matrix("out", DType.F32, 3, ROWS, arena.allocate(JAVA_FLOAT, 3 * ROWS));
            Tensor in = Tensor.matrix("in", DType.F32, 3, columns, arena.allocateFrom(JAVA_FLOAT, x));
            MemorySegment bits = arena.allocateFrom(JAVA_BYTE, weights);
            kernels.matmul(out, in, Tensor.matrix("weight", type, ROWS, columns, bits), null);
            expected = out.data().toArray(JAVA_FLOAT);
        }
        NeonFormat format = Objects.requireNonNull(NeonFormats.of(type, InstructionSet.NEON_MATRIX));
        byte[] packed = pack(emulator, format, weights, 1, blocks);
        byte[] records = round(emulator, format.sums(), x, 3);
        assertThat(multiply(emulator, format, packed, records, 3, 1, blocks)).isEqualTo(expected);
    }

    /// Random bits, but for the scales that a block begins or ends with.
    private byte[] weights(DType type, int blocks) {
        byte[] weights = new byte[blocks * type.blockBytes()];
        random.nextBytes(weights);
        for (int block = 0; block < blocks; block++) {
            int at = block * type.blockBytes();
            switch (type) {
                case MXFP4 -> weights[at] = (byte) random.nextInt(120, 130);
                case Q6_K -> bytes(weights).putShort(at + 208, scale());
                case Q4_K, Q5_K -> bytes(weights).putShort(at, scale()).putShort(at + 2, scale());
                default -> bytes(weights).putShort(at, scale());
            }
        }
        return weights;
    }

    private short scale() {
        return Float.floatToFloat16(random.nextFloat() - 0.5f);
    }

    private static void assertClose(DType type, float[] actual, byte[] weights, float[] x) {
        int columns = x.length / NeonProducts.INPUTS;
        float[] w = new float[ROWS * columns];
        BlockCodec.of(type).decode(MemorySegment.ofArray(weights), 0, w, 0, w.length);
        MemorySegment rounded = MemorySegment.ofArray(new byte[(int) DType.Q8_0.bytes(x.length)]);
        BlockCodec.of(DType.Q8_0).encode(x, 0, rounded, 0, x.length);
        float[] inputs = new float[x.length];
        BlockCodec.of(DType.Q8_0).decode(rounded, 0, inputs, 0, x.length);
        for (int t = 0; t < NeonProducts.INPUTS; t++) {
            for (int o = 0; o < ROWS; o++) {
                double sum = 0;
                double mass = 0;
                for (int c = 0; c < columns; c++) {
                    double product = (double) w[o * columns + c] * inputs[t * columns + c];
                    sum += product;
                    mass += Math.abs(product);
                }
                assertThat(actual[t * ROWS + o]).isCloseTo((float) sum, Offset.offset((float) (1e-6 * mass)));
            }
        }
    }

    private static ByteBuffer bytes(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Rows behind the last of a strip are neither read nor written.
    @Test
    void packsAStripThatIsNotFull() throws IOException, InterruptedException {
        NeonFormat format = new NeonBytes(NeonStrips.NARROW_UNIT);
        byte[] rows = new byte[3 * 34];
        random.nextBytes(rows);
        byte[] packed = new byte[ROWS * 34];
        Arrays.fill(packed, (byte) 77);
        byte[] actual = Emulator.find(folder)
                .call(
                        new NeonPacking(format).code(InstructionSet.NEON_DOT),
                        new Emulator.Memory(rows, false),
                        new Emulator.Memory(packed, true),
                        new Emulator.Number(3),
                        new Emulator.Number(1),
                        new Emulator.Number(34))
                .getFirst();
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < 34; i++) {
                int at = i < 2 ? 32 * ROWS + 2 * row + i : (i - 2) / 4 * 4 * ROWS + 4 * row + (i - 2) % 4;
                assertThat(actual[at]).as("byte %s of row %s", i, row).isEqualTo(row < 3 ? rows[row * 34 + i] : 77);
            }
        }
    }

    @Test
    void addsFloats() throws IOException, InterruptedException {
        Emulator emulator = Emulator.find(folder);
        for (int count : new int[] {0, 1, 3, 4, 11}) {
            byte[] sums = new byte[count * Float.BYTES];
            byte[] terms = new byte[count * Float.BYTES];
            float[] expected = new float[count];
            for (int i = 0; i < count; i++) {
                bytes(sums).putFloat(i * Float.BYTES, i + 0.5f);
                bytes(terms).putFloat(i * Float.BYTES, 3 * i);
                expected[i] = 4 * i + 0.5f;
            }
            byte[] actual = emulator.call(
                            new NeonSum().code(InstructionSet.NEON_DOT),
                            new Emulator.Memory(sums, true),
                            new Emulator.Memory(terms, false),
                            new Emulator.Number(count))
                    .getFirst();
            float[] floats = new float[count];
            bytes(actual).asFloatBuffer().get(floats);
            assertThat(floats).isEqualTo(expected);
        }
    }

    private static byte[] pack(Emulator emulator, NeonFormat format, byte[] weights, int strips, int blocks)
            throws IOException, InterruptedException {
        byte[] packed = new byte[weights.length];
        byte[] routine = new NeonPacking(format).code(InstructionSet.NEON_DOT);
        int bytes = weights.length / strips;
        for (int strip = 0; strip < strips; strip++) {
            byte[] rows = new byte[bytes];
            System.arraycopy(weights, strip * bytes, rows, 0, bytes);
            byte[] result = emulator.call(
                            routine,
                            new Emulator.Memory(rows, false),
                            new Emulator.Memory(new byte[bytes], true),
                            new Emulator.Number(ROWS),
                            new Emulator.Number(blocks),
                            new Emulator.Number(bytes / ROWS))
                    .getFirst();
            System.arraycopy(result, 0, packed, strip * bytes, bytes);
        }
        return packed;
    }

    private static byte[] expand(Emulator emulator, NeonFormat format, byte[] packed, int blocks)
            throws IOException, InterruptedException {
        byte[] expanded = new byte[blocks * format.parts() * format.expanded().blockBytes()];
        return emulator.call(
                        new NeonExpansion(format).code(InstructionSet.NEON_DOT),
                        new Emulator.Memory(packed, false),
                        new Emulator.Memory(expanded, true),
                        new Emulator.Number(blocks))
                .getFirst();
    }

    private static byte[] round(Emulator emulator, Sums sums, float[] x, int rows)
            throws IOException, InterruptedException {
        byte[] floats = new byte[x.length * Float.BYTES];
        bytes(floats).asFloatBuffer().put(x);
        int blocks = x.length / rows / Strips.PART;
        return emulator.call(
                        new NeonQuantisation(sums).code(InstructionSet.NEON_DOT),
                        new Emulator.Memory(floats, false),
                        new Emulator.Memory(new byte[rows * blocks * Quantisation.recordBytes(sums)], true),
                        new Emulator.Number(rows),
                        new Emulator.Number(blocks),
                        new Emulator.Number(floats.length / rows))
                .getFirst();
    }

    private static float[] multiply(
            Emulator emulator, NeonStrips format, byte[] packed, byte[] records, int inputs, int strips, int blocks)
            throws IOException, InterruptedException {
        int outputs = strips * ROWS;
        byte[] results = new byte[inputs * outputs * Float.BYTES];
        byte[] from = new byte[inputs * Long.BYTES];
        byte[] to = new byte[inputs * Long.BYTES];
        for (int t = 0; t < inputs; t++) {
            long record = Emulator.address(6, records.length) + (long) t * records.length / inputs;
            bytes(from).putLong(t * Long.BYTES, record);
            // The first row of outputs is the last in memory; the offset is given apart.
            long row = Emulator.address(7, results.length) + (long) (inputs - 1 - t) * outputs * Float.BYTES;
            bytes(to).putLong(t * Long.BYTES, row - 64);
        }
        byte[] written = emulator.call(
                        new NeonProducts(format, inputs).code(InstructionSet.NEON_DOT),
                        new Emulator.Memory(packed, false),
                        new Emulator.Memory(from, false),
                        new Emulator.Memory(to, false),
                        new Emulator.Number(64),
                        new Emulator.Number(strips),
                        new Emulator.Number(blocks),
                        new Emulator.Memory(records, false),
                        new Emulator.Memory(results, true))
                .getFirst();
        float[] floats = new float[inputs * outputs];
        for (int t = 0; t < inputs; t++) {
            bytes(written)
                    .position((inputs - 1 - t) * outputs * Float.BYTES)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(floats, t * outputs, outputs);
        }
        return floats;
    }

    /// By the formula that kernels share: integers within a block of 32 columns, one rounding for each block.
    private static float[] expected(DType type, byte[] weights, float[] x, int inputs, int outputs) {
        int columns = x.length / inputs;
        float[] w = new float[outputs * columns];
        BlockCodec.of(type).decode(MemorySegment.ofArray(weights), 0, w, 0, w.length);
        byte[] rounded = new byte[(int) DType.Q8_0.bytes(x.length)];
        BlockCodec.of(DType.Q8_0).encode(x, 0, MemorySegment.ofArray(rounded), 0, x.length);
        float[] results = new float[inputs * outputs];
        for (int t = 0; t < inputs; t++) {
            for (int o = 0; o < outputs; o++) {
                float result = 0;
                for (int block = 0; block < columns / 32; block++) {
                    int at = (o * columns / 32 + block) * type.blockBytes();
                    float scale = Float.float16ToFloat(bytes(weights).getShort(at));
                    int input = (t * columns / 32 + block) * 34;
                    long sum = 0;
                    for (int c = 0; c < 32; c++) {
                        sum += (long) Math.round(w[o * columns + block * 32 + c] / scale) * rounded[input + 2 + c];
                    }
                    float both = scale * Float.float16ToFloat(bytes(rounded).getShort(input));
                    result = Math.fma((float) sum, both, result);
                }
                results[t * outputs + o] = result;
            }
        }
        return results;
    }
}

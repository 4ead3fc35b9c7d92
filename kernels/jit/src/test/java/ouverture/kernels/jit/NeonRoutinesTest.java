package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.kernels.jit.aarch64.Emulator;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// The routines for AArch64 under an emulator, against the same computation in Java, bit for bit.
class NeonRoutinesTest {
    private static final int ROWS = 16;

    @TempDir
    private Path folder;

    private final Random random = new Random(4);

    static Stream<NeonFormat> formats() {
        return Stream.of(new NeonBytes(4), new NeonBytes(8), new NeonHalves(4), new NeonHalves(8));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void packsAndMultiplies(NeonFormat format) throws IOException, InterruptedException {
        Emulator emulator = Emulator.find(folder);
        int blocks = 3;
        int strips = 2;
        byte[] weights = new byte[strips * ROWS * (int) format.type().bytes(blocks * format.type().blockElements())];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) random.nextInt();
        }
        int blockBytes = format.type().blockBytes();
        for (int at = 0; at < weights.length; at += blockBytes) {
            bytes(weights).putShort(at, Float.floatToFloat16(random.nextFloat() - 0.5f));
        }
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

    /// Every block is compared with the codec's: halves between two bytes, zeros, scales that half precision rounds,
    /// makes denormal or cannot hold.
    @ParameterizedTest
    @MethodSource("sums")
    void roundsAsTheCodecOfQ8(Sums sums) throws IOException, InterruptedException {
        float[] magnitudes = {127, 1, 0, 1e-3f, 1e-6f, 1e-7f, 1e5f, 3e38f};
        int block = PackedLayout.PART;
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
                assertThat(actual[b * record + i]).as("byte %s of block %s", i, b).isEqualTo(q);
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
        float[] x = new float[3 * PackedLayout.PART];
        x[5] = Float.NaN;
        x[6] = Float.POSITIVE_INFINITY;
        x[PackedLayout.PART + 31] = Float.NEGATIVE_INFINITY;
        x[2 * PackedLayout.PART] = 127;
        Sums sums = new Sums(32, 0);
        ByteBuffer actual = bytes(round(Emulator.find(folder), sums, x, 3));
        int record = Quantisation.recordBytes(sums);
        assertThat(actual.getFloat(32)).isNaN();
        assertThat(actual.getFloat(record + 32)).isInfinite();
        assertThat(actual.getFloat(2 * record + 32)).isEqualTo(1);
        assertThat(actual.get(2 * record)).isEqualTo((byte) 127);
    }

    private static ByteBuffer bytes(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
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

    private static byte[] round(Emulator emulator, Sums sums, float[] x, int rows)
            throws IOException, InterruptedException {
        byte[] floats = new byte[x.length * Float.BYTES];
        bytes(floats).asFloatBuffer().put(x);
        int blocks = x.length / rows / PackedLayout.PART;
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
            Emulator emulator, NeonFormat format, byte[] packed, byte[] records, int inputs, int strips, int blocks)
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
